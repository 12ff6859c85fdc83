"""Latent states that are learned along a path held near the data."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned

FARTHEST = 100.0


class TeacherForced(Learned):
    """z[t+1] = F(z~[t]),  z~[t]_i = (1 - a[t]) z[t]_i + a[t] x[t]_i for i <= N, else z[t]_i;  x[t+1] is z[t+1]_{1…N}.

    The first N of the M latent units are the standardised observation x, the others start at L x[0]. Trained on
    windows of `sequence` + 1 states, every prediction along the forced path counting, in units of the root mean square
    step of train. In a forecast the context is run through in the same way; its last state is taken as it is (a = 1),
    and F goes on alone. Observed units stay within the range of train, a quarter wider on either side, the others
    within `FARTHEST`, so that every roll-out is finite.

    A subclass builds `latent_map(size)`, the module F, [batch, M] -> [batch, M], and says `forcing(left)`, the weight a
    where `left` states of the window or context still follow.
    """

    recurrent: ClassVar[bool] = True
    warm_up: ClassVar[int] = 1
    module: Latent

    def __init__(self, latent: int, sequence: int, steps: int, batch: int, lr: float) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=sequence)
        self.latent = latent

    @abstractmethod
    def latent_map(self, size: int) -> nn.Module:
        """F, of so many units."""

    @abstractmethod
    def forcing(self, left: int) -> float:
        """The weight of the observation, from 0 (free) to 1 (replaced), `left` states before the last one seen."""

    def size(self, observed: int) -> int:
        """M where N numbers are observed."""
        return max(self.latent, observed)

    def network(self, shape: torch.Size) -> Latent:
        """F and the first latent state."""
        size = self.size(shape[0])
        return Latent(self.latent_map(size), shape[0], size)

    def optimiser(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """Rectified Adam, whose first steps are small; beta_2 = 0.95 ends its rectification within a short training."""
        return torch.optim.RAdam(parameters, lr=self.lr, betas=(0.9, 0.95))

    def roll(self, context: Tensor, horizon: int) -> Tensor:
        """The next `horizon` states after context [batch, time, rank]."""
        return self.latents(context, horizon)[..., : context.shape[2]]

    def latents(self, context: Tensor, horizon: int) -> Tensor:
        """The free latent path after context [batch, time, rank]: [batch, horizon, M]."""
        seen = context.clamp(self.low, self.high)
        z = torch.cat([seen[:, -1], self.forced(seen)[:, -1, seen.shape[2] :]], dim=1)
        low, high = self._bounds(z)
        path = []
        for _ in range(horizon):
            z = self.module(z).clamp(low, high)
            path.append(z)
        return torch.stack(path, dim=1)

    def forced(self, x: Tensor) -> Tensor:
        """z[0] and the predictions z[1] … along x [batch, time, rank], each before it is forced: [batch, time, M]."""
        z = self.module.start(x[:, 0])
        low, high = self._bounds(z)
        observed = (torch.arange(z.shape[1], device=z.device) < x.shape[2]).to(z.dtype)
        last, path = x.shape[1] - 1, [z]
        for t, seen in enumerate(nn.functional.pad(x, (0, z.shape[1] - x.shape[2])).unbind(1)):
            if t > 0:
                z = self.module(z).clamp(low, high)
                path.append(z)
                weight = self.forcing(last - t)
                z = torch.lerp(z, seen, weight * observed) if weight else z
        return torch.stack(path, dim=1)

    def loss(self, windows: Tensor, ahead: int) -> Tensor:
        """Mean square error along the forced path of windows [batch, time, rank], in units of s."""
        predicted = self.forced(windows)[:, 1:, : windows.shape[2]]
        return ((predicted - windows[:, 1:]) / self.step_size).square().mean()

    def _bounds(self, z: Tensor) -> tuple[Tensor, Tensor]:
        reach = z.new_full((z.shape[1] - len(self.low),), FARTHEST)
        return torch.cat([self.low, -reach]), torch.cat([self.high, reach])

    def _ahead(self, step: int) -> int:
        """Every window has the same length."""
        return self.unroll


class Latent(nn.Module):
    """F, and z[0] = [x[0], L x[0]]."""

    def __init__(self, step: nn.Module, observed: int, size: int) -> None:
        super().__init__()
        self.step = step
        self.rest = nn.Linear(observed, size - observed, bias=False) if size > observed else None

    def start(self, x: Tensor) -> Tensor:
        """[batch, N] -> [batch, M]."""
        return x if self.rest is None else torch.cat([x, self.rest(x)], dim=1)

    def forward(self, z: Tensor) -> Tensor:
        """[batch, M] -> the same, one step on."""
        following: Tensor = self.step(z)
        return following
