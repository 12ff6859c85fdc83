"""What a model is given where it is asked for more than a forecast: inputs of an operator, sensors in a field."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.dataset import keys_of
from dynarena.data.system import System
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]


def parameters_of(data: xr.Dataset) -> dict[str, Array]:
    """Each parameter of each trajectory of a Dataset, [trajectory] each."""
    prefix = "parameter_"
    return {str(name)[len(prefix) :]: data[name].values for name in data.coords if str(name).startswith(prefix)}


def input_names(system: System) -> list[str]:
    """What an operator maps from: every field but the last, then what is drawn and shows in none of them."""
    simulator = system.simulator
    one = Streams([(0, 0)])
    return [*simulator.labels[:-1], *simulator.hidden(one, simulator.parameters(one, "test"), "test")]


def solved(system: System, data: xr.Dataset, split: str) -> Array:
    """Inputs and solution at the last time, [trajectory, 1, inputs + 1, *space]; of `split`, whose keys `data` carries.

    What shows in no field of the start, as what stands on the walls, is a field of one value.
    """
    last: Array = data["state"].values[:, -1:]
    drawn = system.simulator.hidden(Streams(keys_of(data)), parameters_of(data), split)
    shape = (len(last), 1, 1, *last.shape[3:])
    constant = [np.broadcast_to(values.reshape(-1, *[1] * (last.ndim - 1)), shape) for values in drawn.values()]
    return np.concatenate([last[:, :, :-1], *constant, last[:, :, -1:]], axis=2)


def points_of(grid: dict[str, tuple[float, ...]]) -> Array:
    """The points of a grid in the order of a flattened field, [point, axis]."""
    each = np.meshgrid(*(np.asarray(values) for values in grid.values()), indexing="ij")
    return np.stack([axis.ravel() for axis in each], axis=1)


def sensor_places(keys: list[tuple[int, int]], count: int, points: int) -> NDArray[np.int64]:
    """Which points of a flattened grid carry a sensor, [trajectory, count]: more begin with fewer.

    They are the first of a permutation that each key draws.
    """
    return np.argsort(Streams(keys).uniform("sensors", (points,)), axis=1, kind="stable")[:, :count]


def readings(states: Array, places: NDArray[np.int64]) -> Array:
    """States [trajectory, time, field, *space] at the sensors, [trajectory, time, field, sensor]."""
    flat = states.reshape(*states.shape[:3], -1)
    return np.take_along_axis(flat, places[:, None, None, :], axis=3)
