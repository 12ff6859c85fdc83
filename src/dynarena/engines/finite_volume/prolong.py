"""Cell averages seen on cells of half the size, and back.

Each half of a cell gets q -+ s, where s is the WENO mean of the three parabolas' halves: order 5 where the field is
smooth, no new extremum at a jump, and the cell's average kept exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume.law import Law
from dynarena.engines.finite_volume.lines import PERIODIC, REFLECTING

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

_EPSILON = 1e-40


def prolong(state: Array, law: Law, ends: Codes, parameters: Mapping[str, Array]) -> Array:
    """States [trajectory, field, *cells] on twice the cells an axis.

    Static fields stay constant in a cell, and so do all fields of cells one of whose parts would not be admissible.
    """
    dims = state.ndim - 2
    fields = law.fields(dims)
    fine = plain = state
    for axis in range(dims):
        fine = np.stack(
            [_halves(fine[:, k], axis, ends[axis], _mirror(law, name, axis)) for k, name in enumerate(fields)], 1
        )
        plain = np.repeat(plain, 2, axis=2 + axis)
    for k, name in enumerate(fields):
        if name in law.static:
            fine[:, k] = plain[:, k]
    columns = {name: np.reshape(values, (-1, *[1] * dims)) for name, values in parameters.items()}
    margins = law.positive({name: fine[:, k] for k, name in enumerate(fields)}, columns).values()
    bad = np.zeros(fine[:, 0].shape, dtype=bool)
    for margin in margins:
        bad |= ~(margin > 0.0)
    for k, name in enumerate(fields):
        if name in law.nonnegative:
            bad |= fine[:, k] < 0.0
    for axis in range(dims):
        pairs = np.moveaxis(bad, 1 + axis, -1)
        pairs = pairs.reshape(*pairs.shape[:-1], -1, 2).any(axis=-1).repeat(2, axis=-1)
        bad = np.moveaxis(pairs, -1, 1 + axis)
    return np.where(bad[:, None], plain, fine)


def restrict(states: Array, dims: int) -> Array:
    """Averages of pairs of cells along the last `dims` axes."""
    for axis in range(-dims, 0):
        moved = np.moveaxis(states, axis, -1)
        states = np.moveaxis(0.5 * (moved[..., ::2] + moved[..., 1::2]), -1, axis)
    return np.ascontiguousarray(states)


def _mirror(law: Law, name: str, axis: int) -> float:
    return -1.0 if law.vector is not None and name == f"{law.vector}_{'xyz'[axis]}" else 1.0


def _halves(q: Array, axis: int, ends: Array, mirror: float) -> Array:
    line = np.moveaxis(q, 1 + axis, -1)
    wide = np.concatenate(
        [_beyond(line, int(ends[0]), mirror, 0), line, _beyond(line, int(ends[1]), mirror, 1)], axis=-1
    )
    n = line.shape[-1]
    a, b, c, d, e = (wide[..., k : k + n] for k in range(5))
    slopes = ((3.0 * c - 4.0 * b + a) / 8.0, (d - b) / 8.0, (4.0 * d - 3.0 * c - e) / 8.0)
    curves = ((a + c) - 2.0 * b, (b + d) - 2.0 * c, (c + e) - 2.0 * d)
    rough = [13.0 / 12.0 * u * u + 16.0 * s * s for u, s in zip(curves, slopes, strict=True)]
    tau = (rough[0] - rough[2]) ** 2
    weights = [w * (1.0 + tau / (r + _EPSILON) ** 2) for w, r in zip((3.0, 10.0, 3.0), rough, strict=True)]
    total = weights[0] + weights[1] + weights[2]
    s = (weights[0] * slopes[0] + weights[1] * slopes[1] + weights[2] * slopes[2]) / total
    out = np.stack([c - s, c + s], axis=-1).reshape(*c.shape[:-1], 2 * n)
    return np.moveaxis(out, -1, 1 + axis)


def _beyond(line: Array, code: int, mirror: float, end: int) -> Array:
    """Two ghost cells: of fixed ends copies, which only lower the order there."""
    if code == PERIODIC:
        return line[..., -2:] if end == 0 else line[..., :2]
    if code == REFLECTING:
        return mirror * (line[..., 1::-1] if end == 0 else line[..., :-3:-1])
    edge = line[..., :1] if end == 0 else line[..., -1:]
    return np.repeat(edge, 2, axis=-1)
