"""What a spectral field refuses: starts that are not periodic, grids too coarse and steps too long for the field."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.grid import AXES, Grid
from dynarena.errors import DataError, SchemaError

Real = NDArray[np.float64]

SHARE = 1e-2
"""The largest share of a field's variance in the outer third of the modes kept, unless a file states it."""
CHANGE = 1e-2
"""The largest change by halving one step, in root mean squares of the field."""
SEAM, SMALL = 5.0, 0.02
MOST_FRAMES = 8


def check_shape(start: Real, shape: tuple[int, ...], where: str) -> Real:
    """Starts as floats [trajectory, *shape]. Raises SchemaError where they have another shape or are not finite."""
    starts = np.asarray(start, dtype=np.float64)
    if starts.shape[1:] != shape:
        raise SchemaError(
            "the starts have the wrong shape",
            where=where,
            expected="[trajectory, " + ", ".join(str(n) for n in shape) + "]: field, then the points of each axis",
            got=f"{list(starts.shape)}",
            fix="give every field on the system's own grid, or take the system at the resolution of the starts",
        )
    return starts


def refuse_seams(start: Real, labels: Sequence[str], where: str) -> None:
    """Raise SchemaError where a start [trajectory, field, *points] jumps at the ends of the box and nowhere else."""
    std = _spread(start)
    for axis in range(start.ndim - 2):
        moved = np.moveaxis(start, axis + 2, 0)
        steps = _size(np.diff(moved, axis=0, append=moved[:1]), first=3)
        seam, inside = steps[-1], steps[:-1].max(axis=0)
        bad = np.argwhere(np.isfinite(seam) & (seam > SEAM * inside) & (seam > SMALL * std))
        if bad.size:
            row, field = (int(place) for place in bad[0])
            raise SchemaError(
                f"the start is not periodic along {AXES[axis]}",
                where=f"{where}, trajectory {row}, field {labels[field]}",
                expected=f"a difference of at most {inside[row, field]:.3g} between the last point and the first",
                got=f"{seam[row, field]:.3g}",
                fix="give a field whose ends meet, on points that leave the box's end out",
            )


def refuse_coarse(states: Real, grid: Grid, labels: Sequence[str], dt: float, share: float, where: str) -> None:
    """Raise DataError where the outer third of the kept modes gains more than a share of a field's variance.

    What the start holds there is its own and counts for nothing; of the start, what lies above all kept modes does. A
    few points in time of each trajectory [trajectory, time, field, *points] are looked at.
    """
    n_points = states.shape[1]
    own = cutoff_share(states[:, 0], grid)
    for point in sorted({round(index) for index in np.linspace(0, n_points - 1, MOST_FRAMES)}):
        found = cutoff_share(states[:, point], grid) - own if point else cutoff_share(states[:, 0], grid, above=1.0)
        bad = np.argwhere(found > share)
        if bad.size:
            row, field = (int(place) for place in bad[0])
            part = "two thirds of the modes kept" if point else "the modes kept"
            raise DataError(
                "the grid is too coarse for the field",
                where=f"{where}, trajectory {row}, field {labels[field]}, t = {point * dt:.6g}",
                expected=f"at most {share:g} of the variance above {part}, {list(grid.kept)}",
                got=f"{found[row, field]:.3g}",
                fix="take more points an axis (--resolution), more dissipation or a smoother start",
            )


def cutoff_share(fields: Real, grid: Grid, above: float = 2 / 3) -> Real:
    """The share of each field's variance above a part of the modes kept on any axis, [trajectory, field]."""
    n_axes = len(grid.points)
    axes = tuple(range(-n_axes, 0))
    power = np.abs(np.fft.rfftn(fields, axes=axes)) ** 2
    double = np.full(power.shape[-1], 2.0)
    double[0] = 1.0
    power = power * double
    outer = np.zeros(power.shape[-n_axes:], dtype=bool)
    for axis, (n, last) in enumerate(zip(grid.points, grid.kept, strict=True)):
        modes = np.arange(n // 2 + 1) if axis == n_axes - 1 else np.abs(np.fft.fftfreq(n, 1 / n))
        shape = [1] * n_axes
        shape[axis] = -1
        outer = outer | (modes > above * last).reshape(shape)
    total = power.sum(axis=axes) - power[(..., *(0,) * n_axes)]
    size = power.sum(axis=axes)
    tail = (power * outer).sum(axis=axes)
    return np.asarray(np.where(total > 1e-20 * size, tail / np.where(total > 0, total, 1.0), 0.0))


def refuse_step(once: Real, halved: Real, before: Real, h: float, labels: Sequence[str], where: str) -> None:
    """Raise DataError where two half steps from `before` [trajectory, field, *points] end elsewhere than one step."""
    with np.errstate(invalid="ignore", over="ignore"):
        change = _size(once - halved) / np.maximum(np.maximum(_size(before), _size(halved)), 1e-300)
    lost = ~np.isfinite(change)
    bad = np.argwhere(lost | (change > CHANGE))
    if bad.size:
        row, field = (int(place) for place in bad[0])
        shorter = 0.25 * h if lost[row, field] else h * (CHANGE / change[row, field]) ** 0.2
        raise DataError(
            "the step is too long for the field",
            where=f"{where}, trajectory {row}, field {labels[field]}, at the start",
            expected=f"one step and its halves within {CHANGE:g} of the field's root mean square",
            got="numbers that are not finite" if lost[row, field] else f"{change[row, field]:.3g} at a step of {h:g}",
            fix=f"[solver] step = {shorter:.2g} or less, or parameters as stated",
        )


def _size(values: Real, first: int = 2) -> Real:
    """The root mean square over all axes but the first ones."""
    return np.asarray(np.sqrt(np.mean(values * values, axis=tuple(range(first, values.ndim)))))


def _spread(fields: Real) -> Real:
    """The standard deviation of each field over space, [trajectory, field]."""
    return np.asarray(fields.std(axis=tuple(range(2, fields.ndim))))
