"""Random Fourier series and periodic bumps: what several laws of starts are made of."""

from __future__ import annotations

from itertools import product
from math import pi

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Reference
from dynarena.engines.spectral.phi import cosine_sine, exponential

Real = NDArray[np.float64]
Mode = tuple[int, ...]


def half_space(n_axes: int, cutoff: int) -> list[Mode]:
    """One of each pair of opposite modes with |m| <= cutoff on every axis, in an order that no grid changes."""
    box = product(range(-cutoff, cutoff + 1), repeat=n_axes)
    return [mode for mode in box if mode[::-1] > (0,) * n_axes]


def radius(mode: Mode) -> float:
    """|m|."""
    return float(np.sqrt(sum(m * m for m in mode)))


def waves(modes: list[Mode], drawn: Real, points: tuple[int, ...]) -> Real:
    """sum over modes of a cos(k x) + b sin(k x), [trajectory, *points]; drawn is [trajectory, (a, b), mode]."""
    spectrum = np.zeros((len(drawn), *points), dtype=np.complex128)
    for index, mode in enumerate(modes):
        amplitude = 0.5 * (drawn[:, 0, index] - 1j * drawn[:, 1, index])
        for sign, value in ((1, amplitude), (-1, np.conj(amplitude))):
            place = tuple(sign * m % n for m, n in zip(mode, points, strict=True))
            np.moveaxis(spectrum, 0, -1)[place] += value
    return np.asarray(Reference().inverse(spectrum[..., : points[-1] // 2 + 1], points))


def bump(centres: Real, widths: Real, points: tuple[int, ...]) -> Real:
    """exp(sum_axes (cos(2 pi (x - c) / length) - 1) / (2 pi width)^2), [trajectory, *points]: a periodic Gaussian.

    `centres` [trajectory, axis] and `widths` [trajectory or 1] are parts of an axis's length.
    """
    out = np.ones((len(centres), *points))
    for axis, n in enumerate(points):
        cosine, _ = cosine_sine(2.0 * pi * (np.arange(n) / n - centres[:, axis, None]))
        sharpness = (2.0 * pi * widths[:, None]) ** 2
        profile = exponential(((cosine - 1.0) / sharpness).astype(np.complex128)).real
        shape = [len(centres)] + [1] * len(points)
        shape[axis + 1] = n
        out = out * profile.reshape(shape)
    return out
