"""A U-Net of ConvNeXt blocks that learns the next step of a field."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.grids import Convolution, Hourglass, Pointwise, Stacked, halvings, rings
from dynarena.evaluation.learned import Learned


class ConvNeXtUNet(Learned):
    """u[t+1] = u[t] + s D H E u[t],  H a U over halved grids whose blocks are B v = v + g P₂ gelu(P₁ norm(K v)).

    K is a convolution of every channel by itself over seven points an axis, norm that of the channels at each point,
    P₁ and P₂ widen and narrow the channels by a factor of four, g scales each channel. A grid is halved while it stays
    even, at most `levels` times. `widths` are the channels of the finest grid over one, two and three axes.
    """

    name = "convnext_unet"
    authors = "The dynarena developers"
    paper = "Liu et al. (2022), A ConvNet for the 2020s, CVPR; on fields: Ohana et al. (2024), The Well, NeurIPS 37"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 120

    def __init__(
        self,
        widths: tuple[int, int, int] = (24, 16, 8),
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
        """The U over the axes of one state."""
        channels, *space = shape
        width, ends = self.widths[len(space) - 1], rings(self.task)
        widths = [width * 2**level for level in range(halvings(space, self.levels) + 1)]
        kernels = [7 if min(space) >> level >= 7 else 3 for level in range(len(widths))]
        return Stacked(
            nn.Sequential(
                Convolution(self.seen * channels, width, 3, ends),
                Hourglass(widths, len(space), lambda width, level: Block(width, kernels[level], ends)),
                Pointwise(width, channels),
            )
        )


class Block(nn.Module):
    """A wide convolution of single channels, then two pointwise maps, with a skip around them."""

    def __init__(self, width: int, kernel: int, periodic: tuple[bool, ...]) -> None:
        super().__init__()
        self.spread = Convolution(width, width, kernel, periodic, groups=width)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, *space] -> the same."""
        v = self.norm(self.spread(x).movedim(1, -1))
        return x + (self.scale * self.narrow(nn.functional.gelu(self.widen(v)))).movedim(-1, 1)
