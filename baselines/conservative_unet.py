"""A small U-Net that learns the next step of a field and keeps the integrals that the equation keeps."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.conserving import Conserving, project
from dynarena.evaluation.grids import Convolution, Hourglass, Pointwise, Stacked, halvings, rings
from dynarena.evaluation.learned import Learned


class ConservativeUNet(Learned):
    """u[t+1] = u[t] + s (H u[t] - <H u[t]>)  for fields u whose mean over space <u> is an invariant; else + s H u[t].

    H is a U over halved grids whose blocks are two convolutions with a skip around them. It is told which integrals are
    conserved, so it knows the family of the equation. Rounding and the bound of the roll-out are undone at the end: a
    forecast has the integrals of the last state seen. `widths` are the channels of the finest grid over one, two and
    three axes.
    """

    name = "conservative_unet"
    authors = "The dynarena developers"
    paper = "Hansen, Maddix, Alizadeh, Gupta & Mahoney (2023), ProbConserv, ICML, arXiv:2302.11002 (the projection)"
    license = "Apache-2.0"
    tier = "extended"
    knows = "family"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 90

    def __init__(
        self,
        widths: tuple[int, int, int] = (16, 12, 6),
        levels: int = 2,
        steps: int = 280,
        batch: int = 16,
        lr: float = 4e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.widths = widths
        self.levels = levels

    def network(self, shape: torch.Size) -> nn.Module:
        """The U over the axes of one state, without a part that changes a conserved integral."""
        channels, *space = shape
        width, ends = self.widths[len(space) - 1], rings(self.task)
        widths = [width * 2**level for level in range(halvings(space, self.levels) + 1)]
        parts = nn.Sequential(
            Convolution(self.seen * channels, width, 3, ends),
            Hourglass(widths, len(space), lambda width, level: Block(width, ends)),
            Pointwise(width, width),
            nn.GELU(),
            Pointwise(width, channels, bias=False),  # a constant would be projected out
        )
        return Conserving(Stacked(parts), self.task, self.fold)

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Roll out: [batch, time, *state] -> [batch, horizon, *state]."""
        return project(super().forecast(context, horizon), context[:, -1], self.task)


class Block(nn.Module):
    """Two convolutions with a skip around them."""

    def __init__(self, width: int, periodic: tuple[bool, ...]) -> None:
        super().__init__()
        self.one = Convolution(width, width, 5 if len(periodic) == 1 else 3, periodic)
        self.two = Convolution(width, width, 5 if len(periodic) == 1 else 3, periodic)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, *space] -> the same."""
        return x + self.two(nn.functional.gelu(self.one(nn.functional.gelu(x))))
