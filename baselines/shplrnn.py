"""A shallow piecewise-linear recurrent network, taught along paths that are held near the data just enough."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.teacher_forced import TeacherForced


class ShallowPLRNN(TeacherForced):
    """z[t+1] = A z~ + W1 relu(W2 z~ + h2) + h1,  z~ = (1 - α) z[t] + α x[t]  (generalised teacher forcing).

    A is diagonal. `clipped` uses W1 (relu(W2 z + h2) - relu(W2 z)) instead, whose orbits are bounded where |A| < 1.
    α is adapted every `every` steps to the Jacobians J[t] along the forced paths: α = max(0, 1 - 1/n), n the largest
    |J[T] … J[1]|^(1/T) of a batch, which keeps gradients from exploding; a smaller α is approached by the factor
    `decay`. A number as `alpha` keeps it fixed.
    """

    name = "shplrnn"
    authors = "The dynarena developers"
    paper = "Hess, Monfared, Brenner & Durstewitz (2023), ICML, arXiv:2306.04406"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    search = {"lr": [5e-3, 1e-2, 2e-2], "hidden": [128, 256], "latent": [3, 8], "sequence": [12, 24]}
    dtype = torch.float64
    cpu_budget_s = 180

    def __init__(
        self,
        hidden: int = 128,
        latent: int = 8,
        clipped: bool = False,
        alpha: float | None = None,
        decay: float = 0.95,
        every: int = 5,
        sequence: int = 24,
        steps: int = 3000,
        batch: int = 64,
        lr: float = 0.02,
    ) -> None:
        super().__init__(latent=latent, sequence=sequence, steps=steps, batch=batch, lr=lr)
        self.hidden = hidden
        self.clipped = clipped
        self.adaptive = alpha is None
        self.alpha = alpha or 0.0
        self.decay = decay
        self.every = every
        self.calls = 0

    def latent_map(self, size: int) -> nn.Module:
        """The piecewise-linear map."""
        return Shallow(size, self.hidden, self.clipped)

    def forcing(self, left: int) -> float:
        """α at every state."""
        return self.alpha

    def loss(self, windows: Tensor, ahead: int) -> Tensor:
        """The error along the forced path; before it, every few calls, α is adapted."""
        if self.adaptive and self.calls % self.every == 0:
            with torch.no_grad():
                self._adapt(windows)
        self.calls += 1
        return super().loss(windows, ahead)

    def _adapt(self, windows: Tensor) -> None:
        path = self.forced(windows)[:, :-1]
        chain = self.module.step.jacobian(path[:, 0])
        for z in path[:, 1:].unbind(1):
            chain = self.module.step.jacobian(z) @ chain
        growth = torch.linalg.matrix_norm(chain, 2).max().item() ** (1 / path.shape[1])
        alpha = max(0.0, 1 - 1 / growth)
        self.alpha = alpha if alpha > self.alpha else self.decay * self.alpha + (1 - self.decay) * alpha


class Shallow(nn.Module):
    """A z + W1 relu(W2 z + h2) + h1, or clipped; it starts near the identity."""

    def __init__(self, size: int, hidden: int, clipped: bool) -> None:
        super().__init__()
        self.clipped = clipped
        self.decay = nn.Parameter(torch.full((size,), 0.95))
        self.enter = nn.Linear(size, hidden)
        self.leave = nn.Linear(hidden, size)
        with torch.no_grad():
            self.leave.weight.mul_(0.1)
            self.leave.bias.zero_()

    def forward(self, z: Tensor) -> Tensor:
        """[batch, M] -> the same."""
        bent = nn.functional.relu(self.enter(z))
        if self.clipped:
            bent = bent - nn.functional.relu(z @ self.enter.weight.T)
        return torch.addcmul(self.leave(bent), self.decay, z)

    def jacobian(self, z: Tensor) -> Tensor:
        """diag(A) + W1 diag(slopes) W2 at z [batch, M]: [batch, M, M]."""
        slope = (self.enter(z) > 0).to(z.dtype)
        if self.clipped:
            slope = slope - (z @ self.enter.weight.T > 0).to(z.dtype)
        return torch.diag(self.decay) + (self.leave.weight * slope[:, None]) @ self.enter.weight
