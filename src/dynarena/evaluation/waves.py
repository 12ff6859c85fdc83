"""Fields as sums of waves: their shares of the mean square by wave number, and derivatives.

A periodic axis has the waves exp(2πi m x/length), an axis between walls the cosines cos(π m x/length), for points at
the centres of equal cells. Both keep the mean square: the shares of all waves add up to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.fft
import xarray as xr
from numpy.typing import NDArray

from dynarena.evaluation import fields, states
from dynarena.evaluation.fields import Axis, axes
from dynarena.schema.task import Task

Array = NDArray[np.float64]

ROUNDING = 1e-9  # of a fundamental: a wave on the edge of a band or shell falls on one side on every grid


def resolvable(task: Task) -> bool:
    """Whether waves can be told apart exactly: a field whose points are evenly spaced along every axis."""
    return task.kind == "pde" and all(axis.even for axis in axes(task))


def shares(a: Array, task: Task) -> Array:
    """What each wave adds to the mean square over space, [..., *space] -> [..., *wave]."""
    spectrum: NDArray[np.complex128] | Array = a
    for place, axis in placed(task):
        if axis.periodic:
            spectrum = scipy.fft.fft(spectrum, axis=place, norm="forward", workers=1)
        else:
            cosines = scipy.fft.dct(spectrum, axis=place, norm="ortho", workers=1)
            spectrum = cosines / np.sqrt(len(axis.points))
    return np.asarray(np.abs(spectrum) ** 2)


def numbers(task: Task) -> Array:
    """The length of each wave's vector, radians a unit of length, [*wave]."""
    parts = np.meshgrid(*(_along(axis) for axis in axes(task)), indexing="ij", sparse=True)
    return np.asarray(np.sqrt(sum(part**2 for part in parts)))


def fundamental(task: Task) -> float:
    """The wave number of one wave along the longest axis, 2π/length: the width of a shell."""
    return float(2 * np.pi / max(axis.length for axis in axes(task)))


def by_shell(power: Array, task: Task) -> Array:
    """The sum over shells of wave number, [..., *wave] -> [..., shell]; shell s is |k| within half of s fundamentals.

    The shells are isotropic and physical: a finer grid adds shells and changes none.
    """
    shell = np.rint(numbers(task) / fundamental(task) - ROUNDING).astype(int).ravel()
    sums = np.stack([np.bincount(shell, weights=row) for row in power.reshape(-1, shell.size)])
    return np.asarray(sums.reshape(*power.shape[: power.ndim - len(task.dims) + 1], -1), dtype=np.float64)


def spectrum(a: Array, task: Task) -> Array:
    """The mean over trajectories of each shell's share of the mean square, in train variances about the train mean.

    [trajectory, time, field, *space] -> [time, field, shell]
    """
    return np.asarray(np.mean([by_shell(shares(states.anomaly(path, task), task), task) for path in a], axis=0))


def steepness(a: Array, place: int, axis: Axis) -> Array:
    """A field whose square has the mean of (∂a/∂x)²: each wave times |k|; between walls finite differences.

    `place` counts from the end. Unlike the derivative itself, it sees a wave of two points, whose phase a grid loses.
    """
    if not axis.periodic:
        return np.asarray(np.gradient(a, axis.points, axis=place, edge_order=2 if len(axis.points) > 2 else 1))
    return _times(a, place, np.abs(_along(axis)[: len(axis.points) // 2 + 1]))


def derivative(a: Array, place: int, axis: Axis) -> Array:
    """∂a/∂x along a periodic axis by its waves."""
    multiplier = _along(axis)[: len(axis.points) // 2 + 1]
    if len(axis.points) % 2 == 0:
        multiplier[-1] = 0
    return _times(a, place, 1j * multiplier)


def _times(a: Array, place: int, multiplier: NDArray[Any]) -> Array:
    spectrum = np.moveaxis(scipy.fft.rfft(a, axis=place, workers=1), place, -1) * multiplier
    whole = scipy.fft.irfft(spectrum, n=a.shape[place], axis=-1, workers=1)
    return np.moveaxis(whole, -1, place)


def _along(axis: Axis) -> Array:
    n = len(axis.points)
    if axis.periodic:
        return np.asarray(2 * np.pi * scipy.fft.fftfreq(n, axis.length / n))
    return np.asarray(np.pi * np.arange(n) / axis.length)


def placed(task: Task) -> list[tuple[int, Axis]]:
    """The axes of space and where each stands in a state, from the end."""
    return [(place - len(task.dims) + 1, axis) for place, axis in enumerate(axes(task))]


def band_error(forecast: xr.Dataset, truth: xr.Dataset, task: Task, low: float, high: float) -> Array:
    """Root mean square error of the waves low <= |k| < high fundamentals, [trajectory].

    In units of the truth's root mean square deviation from the train mean over the horizon, all waves together.
    """
    ratio = numbers(task) / fundamental(task)
    band = (ratio > low - ROUNDING) & (ratio < high - ROUNDING)
    exact = states.values(truth, task)
    error = states.difference(states.point(forecast, task), exact, task)
    inside = np.array([shares(path, task)[..., band].sum(axis=-1).mean() for path in error])
    whole = fields.over_state(states.anomaly(exact, task) ** 2, task).mean(axis=1)
    return np.asarray(np.sqrt(inside / np.maximum(whole, fields.LEAST**2)))


def operators(task: Task) -> dict[str, Callable[[Array], Array]]:
    """The operators of equations on a periodic box, exact on the waves of the grid, products not dealiased.

    `invlap` inverts the Laplacian on fields of zero mean and drops the mean.
    """
    sides = placed(task)
    square = numbers(task) ** 2
    inverse = np.divide(-1.0, square, out=np.zeros_like(square), where=square > 0)
    space = tuple(range(-len(sides), 0))

    def times(multiplier: Array) -> Callable[[Array], Array]:
        def apply(a: Array) -> Array:
            spectrum = scipy.fft.fftn(np.broadcast_to(a, np.broadcast_shapes(a.shape, square.shape)), axes=space)
            return np.asarray(scipy.fft.ifftn(spectrum * multiplier, axes=space).real)

        return apply

    def along(place: int, axis: Axis) -> Callable[[Array], Array]:
        return lambda a: derivative(np.broadcast_to(a, np.broadcast_shapes(a.shape, square.shape)), place, axis)

    slopes = {f"d{axis.name}": along(place, axis) for place, axis in sides}
    return {
        **slopes,
        "lap": times(-square),
        "bilap": times(square**2),
        "invlap": times(inverse),
        "grad2": lambda a: np.asarray(sum(slope(a) ** 2 for slope in slopes.values())),
    }
