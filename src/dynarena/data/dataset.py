"""Trajectories as labelled arrays: xarray in memory, CF-style NetCDF4 on disk."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena import __version__
from dynarena.data.system import System

OBJECT_COMPONENTS = ("x", "y", "vx", "vy", "radius", "mass")


def to_dataset(
    system: System,
    states: NDArray[np.float64],
    parameters: Mapping[str, NDArray[np.float64]],
    keys: list[tuple[int, int]],
    dt: float,
    *,
    frames: NDArray[np.uint8] | None = None,
    first: int = 0,
) -> xr.Dataset:
    """States [trajectory, time, ...] with coordinates, units and attributes; point `first` stands at time first*dt."""
    simulator, spec = system.simulator, system.spec
    n, points = states.shape[:2]
    time_unit = spec.units.get("time", "1")
    coords: dict[str, object] = {
        "trajectory": np.arange(n),
        "time": ("time", (np.arange(points) + first) * dt, {"units": time_unit, "axis": "T", "long_name": "time"}),
        "key": ("trajectory", [f"{high:016x}{low:016x}" for low, high in keys], {"long_name": "Philox key"}),
    }
    for name, values in parameters.items():
        coords[f"parameter_{name}"] = ("trajectory", values, {"units": spec.units.get(name, "1"), "long_name": name})
    coords[simulator.dims[0]] = list(simulator.labels)
    for axis, values in simulator.grid.items():
        coords[axis] = (axis, values, {"units": spec.units.get(axis, "1"), "axis": axis.upper(), "long_name": axis})
    if "component" in simulator.dims[1:]:
        coords["component"] = list(getattr(simulator, "components", OBJECT_COMPONENTS)[: simulator.shape[-1]])
    units = [spec.units.get(label, "1") for label in simulator.labels]
    attributes = {"long_name": spec.title, "units": ", ".join(units) if len(set(units)) > 1 else units[0]}
    variables: dict[str, object] = {"state": (("trajectory", "time", *simulator.dims), states, attributes)}
    if frames is not None:
        size = frames.shape[-1]
        world = float(spec.scene.get("world", 10.0))  # type: ignore[arg-type]
        centres = (np.arange(size) + 0.5) * world / size
        coords["channel"] = ["red", "green", "blue"]
        coords["x"] = ("x", centres, {"units": "1", "axis": "X", "long_name": "pixel centre"})
        coords["y"] = (
            "y",
            centres[::-1].copy(),
            {"units": "1", "axis": "Y", "long_name": "pixel centre, top row first"},
        )
        variables["frames"] = (
            ("trajectory", "time", "channel", "y", "x"),
            frames,
            {"long_name": "frames", "units": "1"},
        )
    return xr.Dataset(variables, coords=coords, attrs=_attributes(system, dt))


def keys_of(data: xr.Dataset) -> list[tuple[int, int]]:
    """The Philox key of each trajectory of a Dataset."""
    return [(int(key[16:], 16), int(key[:16], 16)) for key in data["key"].values]


def _attributes(system: System, dt: float) -> dict[str, object]:
    return {
        "Conventions": "CF-1.11",
        "title": system.spec.title,
        "source": f"dynarena {__version__}, engine {system.spec.engine}",
        "references": system.spec.source,
        "license": "CC0-1.0",
        "system": system.id,
        "system_digest": system.digest,
        "dt": dt,
    }
