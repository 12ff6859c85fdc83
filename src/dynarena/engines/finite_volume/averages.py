"""Cell averages of functions: Gauss's quadrature, four points along each axis of a cell, and more at jumps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume.jumps import TOGETHER, mean, parts, rough

Array = NDArray[np.float64]
Fields = Callable[[Sequence[Array]], Sequence[Array]]
"""`(places)` -> fields at places, given as one array an axis; these broadcast."""

_INNER, _OUTER = 0.33998104358485626, 0.8611363115940526
_PLACES = np.array([-_OUTER, -_INNER, _INNER, _OUTER])
_WEIGHTS = (0.17392742256872693, 0.32607257743127307, 0.32607257743127307, 0.17392742256872693)


def averages(fields: Fields, lengths: Sequence[float], counts: Sequence[int]) -> Array:
    """The averages of fields over so many cells an axis, [field, *cells]."""
    places = points(lengths, counts)
    values = fields(places)
    out = np.stack([average(each, counts) for each in values])
    marked = np.zeros(tuple(counts), dtype=bool)
    for each in values:
        marked |= rough(each, places, counts)
    cells = np.argwhere(marked)
    for first in range(0, len(cells), TOGETHER):
        some = cells[first : first + TOGETHER]
        for place, each in enumerate(fields(parts(some, lengths, counts))):
            out[(place, *some.T)] = mean(each, len(some), len(counts))
    return out


def points(lengths: Sequence[float], counts: Sequence[int]) -> list[Array]:
    """The quadrature points of each axis, shaped to broadcast over [4 n_x, 4 n_y, …]."""
    out = []
    for axis, (length, count) in enumerate(zip(lengths, counts, strict=True)):
        places = ((np.arange(count)[:, None] + 0.5 * (1.0 + _PLACES)) * (length / count)).reshape(-1)
        shape = [1] * len(counts)
        shape[axis] = -1
        out.append(places.reshape(shape))
    return out


def average(values: Array, counts: Sequence[int]) -> Array:
    """The averages over cells of values at the quadrature points."""
    out = np.broadcast_to(values, [4 * n for n in counts])
    for axis, count in enumerate(counts):
        four = np.moveaxis(out, axis, 0).reshape(count, 4, *np.delete(out.shape, axis))
        total = _WEIGHTS[0] * (four[:, 0] + four[:, 3]) + _WEIGHTS[1] * (four[:, 1] + four[:, 2])
        out = np.moveaxis(total, 0, axis)
    return np.ascontiguousarray(out)
