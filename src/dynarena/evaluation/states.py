"""What every metric needs from a Dataset: arrays in one order, differences in one unit, angles on the circle."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.errors import UsageError
from dynarena.schema.task import Task

Array = NDArray[np.float64]

LARGEST = 1e100  # keeps squares and sums of squares finite, whatever a model answers
CONSTANT = 1e-12  # a std below this, or below this share of the mean, is rounding
CIRCLE_STD = np.pi / np.sqrt(3)  # of the uniform law on the circle: no angle spreads wider


def values(data: xr.Dataset, task: Task) -> Array:
    """The predicted variable, [(sample,) trajectory, time, *state], float64; frames in [0, 1]."""
    variable = data[task.variable]
    leading = ("sample",) if "sample" in variable.dims else ()
    ordered = variable.transpose(*leading, "trajectory", "time", *task.dims).to_numpy()
    return ordered / 255.0 if ordered.dtype == np.uint8 else ordered.astype(np.float64, copy=False)


def members(forecast: xr.Dataset, task: Task) -> Array:
    """The ensemble, [sample, trajectory, time, *state]; a deterministic forecast has one member."""
    array = values(forecast, task)
    return array if "sample" in forecast[task.variable].dims else array[np.newaxis]


def point(forecast: xr.Dataset, task: Task) -> Array:
    """The forecast as one path, [trajectory, time, *state]: an ensemble's mean, on the circle for angles."""
    ensemble = members(forecast, task)
    if len(ensemble) == 1:
        return np.asarray(ensemble[0])
    clipped = np.clip(ensemble, -LARGEST, LARGEST)
    mean = clipped.mean(axis=0)
    turning = _channels_first(clipped, task)[_angles(task)]
    _channels_first(mean, task)[_angles(task)] = np.arctan2(np.sin(turning).mean(axis=1), np.cos(turning).mean(axis=1))
    return np.asarray(mean)


def difference(a: Array, b: Array, task: Task) -> Array:
    """(a - b) / scale of the channel, [..., *state]; angles take the short way round the circle."""
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.subtract(a, b)
        by_channel = _channels_first(apart, task)
        by_channel[_angles(task)] = (by_channel[_angles(task)] + np.pi) % (2 * np.pi) - np.pi
        return np.clip(apart / per_channel(scales(task), task), -LARGEST, LARGEST)


def anomaly(a: Array, task: Task) -> Array:
    """The standardised deviation of states [..., *state] from the train mean."""
    return difference(per_channel(np.array(task.mean), task), a, task) * -1.0


def embed(a: Array, task: Task) -> Array:
    """[..., channel, *space] -> [..., coordinate, *space]: standardised; an angle gives its cosine and sine."""
    axis = -len(task.dims)
    flat = anomaly(a, task)
    angles = _angles(task)
    if not angles:
        return flat
    turning = np.take(a, angles, axis)
    plain = [channel for channel in range(len(task.channels)) if channel not in angles]
    return np.concatenate([np.take(flat, plain, axis), np.cos(turning), np.sin(turning)], axis)


def scales(task: Task) -> Array:
    """The unit in which each channel's error is measured: the train std, [channel].

    An angle's is at most that of the uniform law on the circle. A channel constant in train is measured by its
    magnitude, or by 1 where that is zero.
    """
    mean, std = np.abs(np.array(task.mean, dtype=float)), np.array(task.std, dtype=float)
    std[_angles(task)] = np.minimum(std[_angles(task)], CIRCLE_STD)
    return np.where(std > CONSTANT * np.maximum(mean, 1.0), std, np.where(mean > 0, mean, 1.0))


def per_channel(numbers: Array, task: Task) -> Array:
    """[channel] -> [channel, 1, ...], ready to meet a state."""
    return numbers.reshape(-1, *[1] * (len(task.dims) - 1))


def over_state(a: Array, task: Task) -> Array:
    """The mean over channels and space, [..., *state] -> [...]."""
    return np.asarray(a.mean(axis=tuple(range(-len(task.dims), 0))))


def in_timescales(task: Task) -> float:
    """dt in the system's timescales. Raises UsageError where the task states no timescale."""
    timescale = task.facts.get("timescale")
    if timescale is None or not timescale > 0:
        raise UsageError(
            "the task states no timescale",
            where=task.id,
            expected="facts['timescale'] > 0",
            got=repr(timescale),
            fix="give the system a timescale, or choose a metric in other units",
        )
    return float(task.dt / timescale)


def lasting(valid: NDArray[np.bool_], task: Task) -> Array:
    """How long [trajectory, time] stays True from the first lead on, in timescales; at most the whole horizon."""
    held = np.where(valid.all(axis=1), valid.shape[1], np.argmin(valid, axis=1))
    return np.asarray(held * in_timescales(task))


def _angles(task: Task) -> list[int]:
    return [index for index, channel in enumerate(task.channels) if channel.angle]


def _channels_first(a: Array, task: Task) -> Array:
    """A view of states [..., channel, *space] as [channel, ..., *space]."""
    return np.moveaxis(a, -len(task.dims), 0)
