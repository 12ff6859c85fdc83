"""Cells through which jumps run, and averages over them by the midpoint rule on many small parts.

Gauss's four points see a jump only as lying between two of them, so a cell's average is wrong by up to a sixth of it. A
jump is where the third difference of neighbouring points, along any axis, is large beside the field's range.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

PARTS = (256, 32, 8)
"""Parts of a cell along each axis, by the number of axes: powers of 2."""
TOGETHER = 256
"""Cells that are looked at together, a bound on memory."""

_SHARP = 1e-2


def rough(values: Array, places: Sequence[Array], counts: Sequence[int]) -> Flags:
    """Which cells a jump of the values [4 n_x, 4 n_y, …] at the quadrature points may touch."""
    whole = np.broadcast_to(values, [4 * n for n in counts])
    out: Flags = np.zeros(whole.shape, dtype=np.bool_)
    span = float(whole.max() - whole.min())
    if span > 0.0:
        for axis, place in enumerate(places):
            line, x = np.moveaxis(whole, axis, -1), place.reshape(-1)
            bent = np.abs(_third(line, x)) > _SHARP * span
            marks = np.moveaxis(out, axis, -1)
            for point in range(4):
                marks[..., point : point + bent.shape[-1]] |= bent
    for axis, count in enumerate(counts):
        moved = np.moveaxis(out, axis, -1)
        out = np.asarray(np.moveaxis(np.asarray(moved.reshape(*moved.shape[:-1], count, 4).any(axis=-1)), -1, axis))
    return out


def parts(cells: Places, lengths: Sequence[float], counts: Sequence[int]) -> list[Array]:
    """The middles of the parts of cells [cell, axis], shaped to broadcast over [cell, part_x, part_y, …]."""
    dims = len(counts)
    n = PARTS[dims - 1]
    out = []
    for axis, (length, count) in enumerate(zip(lengths, counts, strict=True)):
        places = (cells[:, axis, None] + (np.arange(n) + 0.5) / n) * (length / count)
        shape = [len(cells), *[1] * dims]
        shape[1 + axis] = n
        out.append(places.reshape(shape))
    return out


def mean(values: Array, count: int, dims: int) -> Array:
    """The mean over the parts of each cell; two axes may change places without a change of a bit."""
    n = PARTS[dims - 1]
    total = np.broadcast_to(values, (count, *[n] * dims))
    while total.shape[-1] > 1:
        pairs = [
            total[_corner(ends)] + total[_corner([1 - end for end in ends])]
            for ends in product((0, 1), repeat=dims)
            if ends[0] == 0
        ]
        total = pairs[0]
        for pair in pairs[1:]:
            total = total + pair
    return np.asarray(total.reshape(-1) / float(n) ** dims)


def _corner(ends: Sequence[int]) -> tuple[slice, ...]:
    return (slice(None), *(slice(end, None, 2) for end in ends))


def _third(line: Array, x: Array) -> Array:
    """Third differences along the last axis, 2 times the divided ones and the cube of a third of their span."""
    slopes = line
    for reach in (1, 2, 3):
        slopes = np.diff(slopes, axis=-1) / (x[reach:] - x[:-reach])
    third = (x[3:] - x[:-3]) / 3.0
    return 2.0 * slopes * (third * third * third)
