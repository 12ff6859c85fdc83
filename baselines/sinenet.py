"""A chain of small U-Nets, each of which advances hidden fields by a part of the step."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.grids import Convolution, Hourglass, Stacked, halvings, rings
from dynarena.evaluation.learned import Learned


class SineNet(Learned):
    """u[t+1] = u[t] + s D v_n,  v_{k+1} = v_k + H_k v_k,  v_0 = E u[t]:  waves H_k, each down to a coarse grid and up.

    A single U-Net hands fine features across its skips as they were at time t, beside coarse ones that have moved. Of a
    chain each wave moves everything by only a part of the step, so features meet that belong to nearly the same time.
    A wave's blocks are two convolutions with a skip around them; `widths` are the channels of the finest grid over one,
    two and three axes.
    """

    name = "sinenet"
    authors = "The dynarena developers"
    paper = "Zhang et al. (2024), SineNet: Learning Temporal Dynamics in Time-Dependent PDEs, ICLR, arXiv:2403.19507"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 120

    def __init__(
        self,
        widths: tuple[int, int, int] = (16, 10, 6),
        waves: int = 3,
        levels: int = 2,
        steps: int = 250,
        batch: int = 16,
        lr: float = 4e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.widths = widths
        self.waves = waves
        self.levels = levels

    def network(self, shape: torch.Size) -> nn.Module:
        """Encoder, waves and decoder over the axes of one state."""
        channels, *space = shape
        width, ends = self.widths[len(space) - 1], rings(self.task)
        widths = [width * 2**level for level in range(halvings(space, self.levels) + 1)]
        return Stacked(
            nn.Sequential(
                Convolution(self.seen * channels, width, 3, ends),
                *(Wave(widths, ends) for _ in range(self.waves)),
                Convolution(width, channels, 3, ends),
            )
        )


class Wave(nn.Module):
    """One part of the step: v + H v."""

    def __init__(self, widths: list[int], periodic: tuple[bool, ...]) -> None:
        super().__init__()
        self.move = Hourglass(widths, len(periodic), lambda width, level: Block(width, periodic))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, *space] -> the same."""
        return x + self.move(x)


class Block(nn.Module):
    """Two convolutions with a skip around them."""

    def __init__(self, width: int, periodic: tuple[bool, ...]) -> None:
        super().__init__()
        self.one = Convolution(width, width, 3, periodic)
        self.two = Convolution(width, width, 3, periodic)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, *space] -> the same."""
        return x + self.two(nn.functional.gelu(self.one(nn.functional.gelu(x))))
