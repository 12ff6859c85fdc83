"""The dominant period of a system."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def dominant_period(series: Array, dt: float, angles: Collection[int] = ()) -> Array:
    """The period around which the variance an octave, f S(f), is largest: one value a trajectory.

    `series` is [trajectory, time, component]; each component counts with unit variance, those in `angles` by their
    cosine and sine. S is the periodogram under a Hann window, smoothed over a tenth of an octave.
    """
    ready = _standardised(series, angles)
    n = ready.shape[1]
    window = np.hanning(n + 1)[:n, None]
    power = np.abs(np.fft.rfft(ready * window, axis=1)) ** 2
    frequency: Array = np.asarray(np.fft.rfftfreq(n, dt)[1:], dtype=np.float64)
    density: Array = np.asarray(power[:, 1:].sum(axis=2) * frequency, dtype=np.float64)
    grid = np.geomspace(frequency[7], frequency[-1], 40 * int(np.log2(n)))
    smooth = np.stack([_smoothed(row, frequency, grid) for row in density])
    return np.array([1.0 / _peak(row, grid) for row in smooth])


def _standardised(series: Array, angles: Collection[int]) -> Array:
    plain = [k for k in range(series.shape[2]) if k not in angles]
    turning = series[:, :, sorted(angles)]
    ready = np.concatenate([series[:, :, plain], np.cos(turning), np.sin(turning)], axis=2)
    ready = ready - ready.mean(axis=1, keepdims=True)
    spread = ready.std(axis=1, keepdims=True)
    return np.asarray(ready / np.where(spread > 0, spread, 1.0), dtype=np.float64)


def _smoothed(density: Array, frequency: Array, grid: Array) -> Array:
    """Means of the density over a tenth of an octave around each frequency of the grid, at least one bin wide."""
    total = np.concatenate([[0.0], np.cumsum(density)])
    edges = np.concatenate(
        [[frequency[0] / 2], (frequency[1:] + frequency[:-1]) / 2, [frequency[-1] + frequency[0] / 2]]
    )
    half = np.maximum(grid * (2**0.05 - 1), frequency[0] / 2)
    upper, lower = np.interp(grid + half, edges, total), np.interp(grid - half, edges, total)
    return np.asarray((upper - lower) / (2 * half))


def _peak(density: Array, grid: Array) -> float:
    """The frequency at the centre of the highest peak: the centroid of what reaches 80 % of it around the maximum."""
    top = int(np.argmax(density))
    high = density >= 0.8 * density[top]
    first, last = top, top
    while first > 0 and high[first - 1]:
        first -= 1
    while last < len(grid) - 1 and high[last + 1]:
        last += 1
    return float(np.average(grid[first : last + 1], weights=density[first : last + 1]))
