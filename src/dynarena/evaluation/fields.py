"""Where the points of a field stand and how much of space each speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.errors import UnknownName
from dynarena.evaluation import states
from dynarena.schema.task import Task

Array = NDArray[np.float64]

LEAST = 1e-3  # of a field's train std: a truth that deviates less is measured against that
STILL = 1e-12  # a mean square in train variances that counts as none
EVEN = 1e-6  # relative difference of two spacings that counts as none


@dataclass(frozen=True)
class Axis:
    """One axis of space: the coordinates of its points, ascending, its whole length, and whether its ends are one."""

    name: str
    points: Array
    length: float
    periodic: bool

    @property
    def widths(self) -> Array:
        """The length that each point speaks for; together the whole.

        Cells end halfway between neighbours. At walls the outer ones reach to the ends of the axis: half a spacing
        beyond centres of cells, nothing beyond points on the wall.
        """
        x, between = self.points, np.diff(self.points)
        rest = self.length - (x[-1] - x[0])
        if self.periodic:
            gaps = np.append(between, rest)
            return np.asarray((gaps + np.roll(gaps, 1)) / 2)
        halves = np.concatenate([[rest], between, [rest]]) / 2
        return np.asarray(halves[1:] + halves[:-1])

    @property
    def even(self) -> bool:
        """Whether neighbours, and on a periodic axis the two ends, are equally far apart."""
        between = np.diff(self.points)
        rest = [self.length - (self.points[-1] - self.points[0])] if self.periodic else []
        gaps = np.append(between, rest)
        return bool(np.ptp(gaps) <= EVEN * gaps.mean()) if len(gaps) else True


def axes(task: Task) -> list[Axis]:
    """The axes of space in the order of `task.dims`, from `task.grid` and the facts `lengths` and `boundary`.

    Where these are not told a field is periodic, its points are evenly spaced and the axis is as long as they are;
    frames end at their edges.
    """
    names = task.dims[1:]
    usual = "periodic" if task.kind == "pde" else "open"
    ends = task.facts.get("boundary") or [usual] * len(names)
    lengths = task.facts.get("lengths") or [None] * len(names)
    return [
        _axis(name, task.grid.get(name), count, length, end == "periodic")
        for name, count, length, end in zip(names, task.shape[1:], lengths, ends, strict=True)
    ]


def _axis(name: str, grid: tuple[float, ...] | None, count: int, length: float | None, periodic: bool) -> Axis:
    if grid is None:
        spacing = (count if length is None else length) / count
        points = np.asarray((np.arange(count) + (0.0 if periodic else 0.5)) * spacing, dtype=np.float64)
    else:
        points = np.sort(np.asarray(grid, dtype=np.float64))
        spacing = (points[-1] - points[0]) / max(count - 1, 1)
    return Axis(name, points, float(count * spacing if length is None else length), periodic)


def volumes(task: Task) -> Array:
    """The share of space that each point speaks for, [*space]; the sum is 1."""
    shares = [axis.widths / axis.widths.sum() for axis in axes(task)]
    return np.asarray(reduce(np.multiply.outer, shares))


def average(a: Array, task: Task) -> Array:
    """The mean over space by volume, [..., field, *space] -> [..., field]."""
    return np.asarray((a * volumes(task)).sum(axis=tuple(range(1 - len(task.dims), 0))))


def over_state(a: Array, task: Task) -> Array:
    """The mean over fields, and over space by volume, [..., field, *space] -> [...]."""
    return np.asarray(average(a, task).mean(axis=-1))


def centred(a: Array, task: Task) -> Array:
    """States [..., field, *space] less each field's mean over space."""
    mean = average(a, task)
    return np.asarray(a - mean.reshape(*mean.shape, *[1] * (len(task.dims) - 1)))


def agreement(f: Array, u: Array, task: Task) -> Array:
    """<f u> / sqrt(<f²> <u²>) of standardised fields, <·> the mean over space, [..., field, *space] -> [..., field].

    0 where one of the two vanishes and the other does not, 1 where both do.
    """
    ff, uu, fu = (average(product, task) for product in (f * f, u * u, f * u))
    still = (ff <= STILL) & (uu <= STILL)
    alone = ((ff <= STILL) | (uu <= STILL)) & ~still
    ratio = fu / np.where(still | alone, 1, np.sqrt(ff) * np.sqrt(uu))
    return np.where(still, 1.0, np.where(alone, 0.0, np.clip(ratio, -1, 1)))


def about_zero(a: Array, task: Task) -> Array:
    """States [..., field, *space] in train stds, the mean not subtracted."""
    return np.clip(a / states.per_channel(states.scales(task), task), -states.LARGEST, states.LARGEST)


def places(task: Task, field: str) -> list[int]:
    """Where a field stands among the fields. Raises UnknownName with the nearest one."""
    names = [channel.name for channel in task.channels]
    if field not in names:
        raise UnknownName.among("field", field, names, where=task.id)
    return [names.index(field)]


def relative_error(forecast: xr.Dataset, truth: xr.Dataset, task: Task, *, power: int) -> Array:
    """mean over fields of (Σ_t <|f - u|^p> / Σ_t <|u|^p>)^(1/p), [trajectory]."""
    error, size = _sizes(forecast, truth, task, power)
    return np.asarray(((error.mean(axis=1) / size) ** (1 / power)).mean(axis=1))


def relative_curve(forecast: xr.Dataset, truth: xr.Dataset, task: Task, *, power: int) -> Array:
    """The same with the error of each lead alone, [trajectory, time]."""
    error, size = _sizes(forecast, truth, task, power)
    return np.asarray(((error / size[:, np.newaxis]) ** (1 / power)).mean(axis=2))


def _sizes(forecast: xr.Dataset, truth: xr.Dataset, task: Task, power: int) -> tuple[Array, Array]:
    """<|f - u|^p>, [trajectory, time, field], and the horizon's mean of <|u|^p>, [trajectory, field]; in train stds."""
    exact = states.values(truth, task)
    error = average(np.abs(states.difference(states.point(forecast, task), exact, task)) ** power, task)
    size = average(np.abs(about_zero(exact, task)) ** power, task).mean(axis=1)
    return error, np.maximum(size, LEAST**power)
