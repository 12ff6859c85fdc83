"""Parts of networks over a grid: convolutions that know the ends of each axis, halved grids, steps without a memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from dynarena.evaluation.fields import axes
from dynarena.schema.task import Task

LEAST_POINTS = 4  # an axis is not halved below so many


def rings(task: Task) -> tuple[bool, ...]:
    """Whether each axis of space is periodic."""
    return tuple(axis.periodic for axis in axes(task))


def halvings(space: Sequence[int], most: int) -> int:
    """How often every axis of a grid can be halved exactly and keep `LEAST_POINTS` points, at most `most` times."""
    levels = 0
    while levels < most and all(n % 2 ** (levels + 1) == 0 and n >> (levels + 1) >= LEAST_POINTS for n in space):
        levels += 1
    return levels


def extended(x: Tensor, reach: int, periodic: Sequence[bool]) -> Tensor:
    """x [batch, channel, *space] with `reach` more points at both ends of each axis.

    They go on around a periodic axis; at other ends the outermost value is repeated.
    """
    for mode, kind in (("circular", True), ("replicate", False)):
        widths = [reach if ring is kind else 0 for ring in reversed(periodic) for _ in range(2)]
        if any(widths):
            x = nn.functional.pad(x, widths, mode=mode)
    return x


def convolution_of(n_axes: int) -> type[nn.Conv1d] | type[nn.Conv2d] | type[nn.Conv3d]:
    """torch's convolution over so many axes."""
    kinds: tuple[type[nn.Conv1d], type[nn.Conv2d], type[nn.Conv3d]] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
    return kinds[n_axes - 1]


class Convolution(nn.Module):
    """A convolution of odd width that keeps the grid: [batch, inputs, *space] -> [batch, outputs, *space]."""

    def __init__(
        self, inputs: int, outputs: int, width: int, periodic: Sequence[bool], *, dilation: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        self.periodic = tuple(periodic)
        self.reach = dilation * (width // 2)
        self.convolve = convolution_of(len(self.periodic))(inputs, outputs, width, dilation=dilation, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        convolved: Tensor = self.convolve(extended(x, self.reach, self.periodic))
        return convolved


class Pointwise(nn.Module):
    """The same linear map of the channels at every point: [batch, inputs, *space] -> [batch, outputs, *space]."""

    def __init__(self, inputs: int, outputs: int, *, bias: bool = True) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        mapped: Tensor = self.linear(x.movedim(1, -1)).movedim(-1, 1)
        return mapped


class Hourglass(nn.Module):
    """u_0 = B_0 v, u_{l+1} = B_{l+1} D u_l;  w_L = u_L, w_l = C_l (J [U w_{l+1}, S_l u_l]):  a U over halved grids.

    D and U are convolutions over 2 points an axis with a stride of 2 and their transposes, J is a pointwise map, B and
    C are `block(channels, level)`, S is `skip(channels, level)` (the identity where none is given). Level l has
    `widths[l]` channels: [batch, widths[0], *space] -> the same.
    """

    def __init__(
        self,
        widths: Sequence[int],
        n_axes: int,
        block: Callable[[int, int], nn.Module],
        skip: Callable[[int, int], nn.Module] | None = None,
    ) -> None:
        super().__init__()
        kind = convolution_of(n_axes)
        transposed = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[n_axes - 1]
        pairs = list(zip(widths, widths[1:], strict=False))
        self.down = nn.ModuleList(block(width, level) for level, width in enumerate(widths))
        self.skip = nn.ModuleList(skip(width, level) if skip else nn.Identity() for level, width in enumerate(widths))
        self.halve = nn.ModuleList(kind(fine, coarse, 2, stride=2) for fine, coarse in pairs)
        self.enlarge = nn.ModuleList(transposed(coarse, fine, 2, stride=2) for fine, coarse in pairs)
        self.join = nn.ModuleList(Pointwise(2 * fine, fine) for fine, _ in pairs)
        self.up = nn.ModuleList(block(fine, level) for level, (fine, _) in enumerate(pairs))

    def forward(self, x: Tensor) -> Tensor:
        grids: list[Tensor] = []
        for level, block in enumerate(self.down):
            grids.append(block(x if level == 0 else self.halve[level - 1](grids[-1])))
        seen = [skip(grid) for skip, grid in zip(self.skip, grids, strict=True)]
        coarse: Tensor = seen[-1]
        for level in reversed(range(len(self.up))):
            coarse = self.up[level](self.join[level](torch.cat([self.enlarge[level](coarse), seen[level]], dim=1)))
        return coarse


class Stacked(nn.Module):
    """The last k states, stacked as channels, to the increment; no memory.

    `network` maps [batch, k channel, *space] to [batch, channel, *space].
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, recent: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """[batch, k, channel, *space] -> [batch, channel, *space], and the memory as it was."""
        return self.network(recent.flatten(1, 2)), memory
