"""Fields in cells seen on cells half as large, and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_TO_FINE = (-0.0546875, 0.8203125, 0.2734375, -0.0390625)  # a cubic through four middles, a quarter of a cell onwards
_TO_COARSE = (-0.0625, 0.5625, 0.5625, -0.0625)  # a cubic through four middles, half-way


def halved(fields: Array, *, periodic: tuple[bool, bool]) -> Array:
    """Fields [..., x, y] at the middles of cells half as large, by cubics; ends that are not periodic are repeated."""
    for axis, ring in zip((-2, -1), periodic, strict=True):
        left, right = (
            sum((w * _shifted(fields, sign * k, axis, ring) for k, w in zip((-1, 0, 1, 2), _TO_FINE, strict=True)),
                np.zeros_like(fields))
            for sign in (-1, 1)
        )  # fmt: skip
        whole = np.stack([left, right], axis=-1 if axis == -1 else -2)
        shape = list(fields.shape)
        shape[axis] *= 2
        fields = whole.reshape(shape)
    return fields


def doubled(fields: Array) -> Array:
    """Fields [..., x, y] at the middles of cells twice as large: the mean of the two cells inside beside an end, else a
    cubic through four."""
    for axis in (-2, -1):
        odd = np.take(fields, range(1, fields.shape[axis], 2), axis)
        even = np.take(fields, range(0, fields.shape[axis], 2), axis)
        mean = 0.5 * (even + odd)
        before, behind = np.roll(odd, 1, axis), np.roll(even, -1, axis)
        w, m = _TO_COARSE[0], _TO_COARSE[1]
        cubic = m * (even + odd) + w * (before + behind)
        inside = [slice(None)] * fields.ndim
        inside[axis] = slice(1, -1)
        mean[tuple(inside)] = cubic[tuple(inside)]
        fields = mean
    return fields


def slopes(fields: Array, spacing: float, *, periodic: tuple[bool, bool]) -> tuple[Array, Array]:
    """d/dx and d/dy by central differences, one-sided at ends that are not periodic."""
    out = []
    for axis, ring in zip((-2, -1), periodic, strict=True):
        if ring:
            out.append((np.roll(fields, -1, axis) - np.roll(fields, 1, axis)) / (2.0 * spacing))
        else:
            out.append(np.gradient(fields, spacing, axis=axis))
    return out[0], out[1]


def _shifted(fields: Array, by: int, axis: int, ring: bool) -> Array:
    if ring:
        return np.roll(fields, -by, axis)
    n = fields.shape[axis]
    return np.take(fields, np.clip(np.arange(n) + by, 0, n - 1), axis)
