"""An almost-linear recurrent network: a few units bend, so that its regions can be counted and named."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.teacher_forced import TeacherForced


class AlmostLinearRNN(TeacherForced):
    """z[t+1] = A z + W [z_1 … z_{M-P}; relu(z_{M-P+1} … z_M)] + h;  the observation is z_1 … z_N.

    A is diagonal. Taught by sparse forcing: every `interval` states the first N units are replaced by the observation.
    The signs of the P bent units name one of 2^P regions, in each of which the map is affine: their sequence is the
    symbolic code of a trajectory.
    """

    name = "al_rnn"
    authors = "The dynarena developers"
    paper = "Brenner, Hemmer, Monfared & Durstewitz (2024), NeurIPS, arXiv:2410.14240"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    search = {"lr": [5e-3, 1e-2, 2e-2], "bent": [2, 10, 20, 40], "interval": [4, 8]}
    dtype = torch.float64
    cpu_budget_s = 180

    def __init__(
        self,
        latent: int = 40,
        bent: int = 40,
        interval: int = 4,
        sequence: int = 16,
        steps: int = 2000,
        batch: int = 64,
        lr: float = 0.01,
    ) -> None:
        super().__init__(latent=latent, sequence=sequence, steps=steps, batch=batch, lr=lr)
        self.bent = bent
        self.interval = interval

    def size(self, observed: int) -> int:
        """At least the observed and the bent units."""
        return max(self.latent, observed + self.bent)

    def latent_map(self, size: int) -> nn.Module:
        """The almost-linear map."""
        return AlmostLinear(size, self.bent)

    def forcing(self, left: int) -> float:
        """1 at every `interval`-th state, counted from the last."""
        return float(left % self.interval == 0)

    def code(self, context: Tensor, horizon: int) -> Tensor:
        """The symbol of each state of the forecast, [batch, horizon]: bit j is set where bent unit j is positive.

        context     [batch, time, *state] in physical units
        """
        with torch.no_grad():
            return self.module.step.symbols(self.latents(self.encode(context), horizon))

    def regions(self, context: Tensor, horizon: int) -> int:
        """The number of linear regions, of 2^P, that the forecasts of these contexts visit."""
        return len(self.code(context, horizon).unique())


class AlmostLinear(nn.Module):
    """A z + W [z; relu(z of the last `bent` units)] + h; straight units start near the identity.

    The bent ones start without memory (A = 0), as features of the state before: only so do they learn soon.
    """

    def __init__(self, size: int, bent: int) -> None:
        super().__init__()
        self.bent = bent
        self.register_buffer("floor", torch.tensor([-torch.inf] * (size - bent) + [0.0] * bent))
        self.decay = nn.Parameter(torch.full((size,), 0.95))
        self.mix = nn.Linear(size, size)
        with torch.no_grad():
            self.decay[size - bent :] = 0
            self.mix.weight[: size - bent].mul_(0.3)
            self.mix.bias.zero_()

    def forward(self, z: Tensor) -> Tensor:
        """[batch, M] -> the same."""
        return torch.addcmul(self.mix(z.clamp(min=self.floor)), self.decay, z)

    def symbols(self, z: Tensor) -> Tensor:
        """[..., M] -> the signs of the bent units as one integer, [...]."""
        bits = (z[..., z.shape[-1] - self.bent :] > 0).long()
        return (bits << torch.arange(self.bent, device=z.device)).sum(-1)
