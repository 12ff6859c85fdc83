"""A small residual U-Net that learns the next step of a field or a frame."""

from typing import Any

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned


class UNet(Learned):
    """u[t+1] = u[t] + s U(u[t-k+1 … t]): convolutions on halved grids, with skips between equal grids.

    One code for fields of one and two axes and for frames: fields wrap around, frames repeat their border. A grid is
    halved while it stays even, at most `levels` times.
    """

    name = "unet"
    authors = "The dynarena developers"
    paper = "Ronneberger, Fischer & Brox (2015), MICCAI; as a solver: Gupta & Brandstetter (2022), arXiv:2209.15616"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    accepts = {"kinds": ["pde", "video"], "max_axes": 2}
    cpu_budget_s = 60

    def __init__(
        self,
        width: int = 16,
        levels: int = 2,
        steps: int = 300,
        batch: int = 16,
        lr: float = 4e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.width = width
        self.levels = levels

    def network(self, shape: torch.Size) -> nn.Module:
        """The U-Net over the axes of one state."""
        channels, *space = shape
        padding = "circular" if self.task.kind == "pde" else "replicate"
        levels = min([self.levels, *(_halvings(points) for points in space)])
        return Hourglass(self.seen * channels, channels, self.width, levels, len(space), padding)


class Hourglass(nn.Module):
    """Convolve, halve, recurse, double, join, convolve."""

    def __init__(self, inputs: int, outputs: int, width: int, levels: int, axes: int, padding: str) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(levels + 1)]
        self.first = Block(inputs, width, axes, padding)
        self.down = nn.ModuleList(Block(a, b, axes, padding) for a, b in zip(widths, widths[1:], strict=False))
        self.up = nn.ModuleList(Block(a + b, a, axes, padding) for a, b in zip(widths, widths[1:], strict=False))
        self.last = _conv(axes)(width, outputs, 1)
        self.halve = nn.AvgPool1d(2) if axes == 1 else nn.AvgPool2d(2)
        self.enlarge = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, recent: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """[batch, k, channel, *space] -> [batch, channel, *space]; no memory."""
        grids = [self.first(recent.flatten(1, 2))]
        for down in self.down:
            grids.append(down(self.halve(grids[-1])))
        coarse = grids.pop()
        for up in reversed(self.up):
            coarse = up(torch.cat([grids.pop(), self.enlarge(coarse)], dim=1))
        return self.last(coarse), memory


class Block(nn.Module):
    """Two convolutions with a skip around them."""

    def __init__(self, inputs: int, outputs: int, axes: int, padding: str) -> None:
        super().__init__()
        conv = _conv(axes)
        self.one = conv(inputs, outputs, 5 if axes == 1 else 3, padding="same", padding_mode=padding)
        self.two = conv(outputs, outputs, 5 if axes == 1 else 3, padding="same", padding_mode=padding)
        self.skip = conv(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, inputs, *space] -> [batch, outputs, *space]."""
        return self.skip(x) + self.two(nn.functional.gelu(self.one(nn.functional.gelu(x))))


def _conv(axes: int) -> type[nn.Conv1d] | type[nn.Conv2d]:
    return nn.Conv1d if axes == 1 else nn.Conv2d


def _halvings(points: int) -> int:
    """How often a grid can be halved and keep 4 points."""
    return 0 if points % 2 or points < 8 else 1 + _halvings(points // 2)
