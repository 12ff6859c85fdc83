"""Fields on one grid seen on a finer one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Reference

Real = NDArray[np.float64]


def resample(fields: Real, points: tuple[int, ...]) -> Real:
    """Trigonometric interpolation of fields [..., *coarse points] to at least as many points.

    Modes at the coarse grid's Nyquist number, whose phase a real grid cannot hold, are dropped.
    """
    arrays, n_axes = Reference(), len(points)
    coarse = fields.shape[-n_axes:]
    spectrum = arrays.forward(fields, tuple((n - 1) // 2 for n in coarse))
    for axis, n in zip(range(-n_axes, -1), points[:-1], strict=True):
        spectrum = _widen(spectrum, axis, n)
    scale = arrays.multiplier(np.full(spectrum.shape[-1], 1.0 / float(np.prod(coarse)), dtype=np.complex128))
    return np.asarray(arrays.inverse(arrays.product(scale, spectrum), points))


def _widen(spectrum: NDArray[np.complex128], axis: int, n: int) -> NDArray[np.complex128]:
    moved = np.moveaxis(spectrum, axis, -1)
    last = (moved.shape[-1] - 1) // 2
    out = np.zeros((*moved.shape[:-1], n), dtype=np.complex128)
    out[..., : last + 1] = moved[..., : last + 1]
    out[..., n - last :] = moved[..., moved.shape[-1] - last :]
    return np.ascontiguousarray(np.moveaxis(out, -1, axis))
