"""Dimensions of the set that trajectories visit: from its exponents, and from pairs of its points."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import t as student

from dynarena.errors import DataError, UsageError

Array = NDArray[np.float64]

LEAST_PAIRS = 4000
FINEST, COARSEST = 2.0**-34, 0.125  # of the root mean square distance
OCTAVES, LEAST_OCTAVES, AN_OCTAVE = 5.0, 1.0, 4
COVERAGE = 0.95


@dataclass(frozen=True)
class Dimension:
    """The slope with its error and interval; points used; smallest and largest radius of the scaling region."""

    value: float
    sem: float
    interval: tuple[float, float]
    points: int
    scaling: tuple[float, float]


def correlation_dimension(
    series: Array,
    *,
    angles: Collection[int] = (),
    theiler: int | None = None,
    least_pairs: int = LEAST_PAIRS,
) -> Dimension:
    """D2 = d ln C(r) / d ln r as r falls; C(r) is the share of pairs of points that lie closer than r.

    `series` is [trajectory, time, component]; components count with unit variance, those in `angles` by their cosine
    and sine, distances are Euclidean. Without `theiler` the pairs are those of points from different trajectories,
    which no time connects: right where all trajectories fill one set. With it they are those of one trajectory at
    least `theiler` points apart: right where each trajectory has a set of its own.

    The scaling region begins at the smallest radius with `least_pairs` and spans five octaves, but ends at an eighth of
    the root mean square distance; D2 is the slope of the least squares line through four radii an octave. Its error
    joins that of the jackknife over trajectories (16 groups of them) with half the difference between the slopes of
    the region's lower and upper half; the interval holds 95 % by Student's law. Densities with folds approach their
    dimension only like 1/ln r, from below, which no error bar at finite radii can show. Raises DataError where the
    region is shorter than an octave: too few points for so high a dimension.

    Sources: Grassberger and Procaccia (1983), Physica D 9, 189; Theiler (1986), Phys. Rev. A 34, 2427.
    """
    points = _embedded(series, angles)
    count = _across(points) if theiler is None else _within(points, theiler)
    size = math.sqrt(2 * float(points.var(axis=(0, 1)).sum()))
    radii = _scaling_region(count, size, least_pairs * (1 if theiler else 2))
    table = np.stack([count(group, radii) for group in range(count.groups)])
    total = table.sum(axis=0) / (2 if theiler is None else 1)
    fits = np.array([_slope(radii, total - row) for row in table])
    value, groups = _slope(radii, total), len(table)
    spread = math.sqrt((groups - 1) / groups * float(((fits - fits.mean()) ** 2).sum()))
    half = len(radii) // 2 + 1
    drift = (_slope(radii[:half], total[:half]) - _slope(radii[-half:], total[-half:])) / 2
    sem = math.hypot(spread, drift)
    reach = float(student.ppf((1 + COVERAGE) / 2, groups - 1)) * sem
    return Dimension(value, sem, (value - reach, value + reach), points.shape[0] * points.shape[1],
                     (float(radii[0]), float(radii[-1])))  # fmt: skip


def kaplan_yorke_dimension(exponents: Array) -> float:
    """D = j + (l_1 + … + l_j)/|l_{j+1}| with the largest j whose sum is not negative; the dimension where none follows.

    Source: Kaplan and Yorke (1979), Lecture Notes in Mathematics 730, 204.
    """
    ordered = np.sort(exponents)[::-1]
    sums = np.cumsum(ordered)
    j = int(np.count_nonzero(np.cumprod(sums >= 0)))
    if j == 0 or j == len(ordered):
        return float(j)
    return float(j + sums[j - 1] / abs(ordered[j]))


class _Pairs:
    """Numbers of pairs closer than radii that each group of trajectories takes part in."""

    def __init__(self, groups: int, count: Callable[[int, Array], Array]) -> None:
        self.groups, self._count = groups, count

    def __call__(self, group: int, radii: Array) -> Array:
        return self._count(group, radii)


def _across(points: Array, groups: int = 16) -> _Pairs:
    """Pairs between trajectories; a pair of two groups counts in both."""
    n = len(points)
    if n < 2:
        raise UsageError("pairs need two trajectories", expected="two or more", got=f"{n}", fix="give theiler")
    everything = cKDTree(points.reshape(-1, points.shape[2]))
    parts = np.array_split(np.arange(n), min(groups, n))

    def count(group: int, radii: Array) -> Array:
        rows = parts[group]
        found = _neighbours(cKDTree(points[rows].reshape(-1, points.shape[2])), everything, radii)
        for row in rows:
            alone = cKDTree(points[row])
            found -= _neighbours(alone, alone, radii)
        return found

    return _Pairs(len(parts), count)


def _within(points: Array, theiler: int) -> _Pairs:
    """Pairs of one trajectory, `theiler` or more points apart; each group is one trajectory."""
    if not 1 <= theiler < points.shape[1]:
        expected = f"between 1 and {points.shape[1] - 1}"
        raise UsageError("no pair lies so far apart", expected=expected, got=f"theiler = {theiler}", fix="change it")

    def count(group: int, radii: Array) -> Array:
        tree = cKDTree(points[group])
        found = (_neighbours(tree, tree, radii) - len(points[group])) / 2
        for lag in range(1, theiler):
            apart = np.linalg.norm(points[group, lag:] - points[group, :-lag], axis=1)
            found -= np.searchsorted(np.sort(apart), radii, side="right")
        return found

    return _Pairs(len(points), count)


def _neighbours(one: cKDTree, other: cKDTree, radii: Array) -> Array:
    return np.asarray(one.count_neighbors(other, radii), dtype=np.float64)


def _scaling_region(count: _Pairs, size: float, least: int) -> Array:
    """Radii from where the first group's pairs foretell enough of them."""
    grid = size * 2.0 ** np.arange(math.log2(FINEST), math.log2(COARSEST) + 0.1, 0.5)
    enough = count(0, grid) * count.groups >= least
    first = grid[int(np.argmax(enough))]
    octaves = min(OCTAVES, math.log2(COARSEST * size / first)) if enough.any() else 0.0
    if octaves < LEAST_OCTAVES:
        raise DataError("too few points for so high a dimension", expected="pairs within a sixteenth of the size",
                        got=f"{count(0, grid)[-3] * count.groups:.0f} of {least}", fix="take more points")  # fmt: skip
    return np.asarray(first * 2.0 ** (np.arange(int(octaves * AN_OCTAVE) + 1) / AN_OCTAVE))


def _slope(radii: Array, pairs: Array) -> float:
    return float(np.polyfit(np.log(radii), np.log(np.maximum(pairs, 0.5)), 1)[0])


def _embedded(series: Array, angles: Collection[int]) -> Array:
    plain = [k for k in range(series.shape[2]) if k not in angles]
    turning = series[:, :, sorted(angles)]
    flat = series[:, :, plain]
    centred = flat - flat.mean(axis=(0, 1))
    spread = centred.std(axis=(0, 1))
    kept = spread > 0
    return np.concatenate([centred[:, :, kept] / spread[kept], np.cos(turning), np.sin(turning)], axis=2)
