"""A U-shaped neural operator that learns the next step of a field."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.grids import Convolution, Hourglass, Pointwise, Stacked, halvings, rings
from dynarena.evaluation.learned import Learned


class UNO(Learned):
    """u[t+1] = u[t] + s D H E u[t],  H a U over halved grids whose blocks are B v = v + gelu(W v + F⁻¹ R F v).

    R, a matrix for each mode, acts on the `modes` lowest Fourier modes of an axis of the finest grid and on half as
    many of each grid below, where there are twice the channels. A grid is halved while it stays even, at most `levels`
    times. `widths` are the channels of the finest grid over one, two and three axes. Needs the extra "baselines".
    """

    name = "uno"
    authors = "The dynarena developers"
    paper = "Rahman, Ross & Azizzadenesheli (2023), U-NO: U-shaped Neural Operators, TMLR, arXiv:2204.11127"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 90

    def __init__(
        self,
        modes: int = 16,
        widths: tuple[int, int, int] = (20, 12, 6),
        levels: int = 2,
        steps: int = 250,
        batch: int = 16,
        lr: float = 4e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.modes = modes
        self.widths = widths
        self.levels = levels

    def network(self, shape: torch.Size) -> nn.Module:
        """The U over the axes of one state."""
        channels, *space = shape
        width, ends = self.widths[len(space) - 1], rings(self.task)
        widths = [width * 2**level for level in range(halvings(space, self.levels) + 1)]

        def block(width: int, level: int) -> nn.Module:
            return Block(width, tuple(min(max(2, 2 * self.modes >> level), n >> level) for n in space))

        return Stacked(
            nn.Sequential(
                Convolution(self.seen * channels, width, 3, ends),
                Hourglass(widths, len(space), block),
                Pointwise(width, width),
                nn.GELU(),
                Pointwise(width, channels),
            )
        )


class Block(nn.Module):
    """A Fourier layer with a skip around it."""

    def __init__(self, width: int, modes: tuple[int, ...]) -> None:
        super().__init__()
        from neuralop.layers.spectral_convolution import SpectralConv

        self.local = Pointwise(width, width)
        self.world = SpectralConv(width, width, modes)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, *space] -> the same."""
        return x + nn.functional.gelu(self.local(x) + self.world(x))
