"""What the layouts share: a Dataset of fields taken apart, and put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.errors import DataError, UsageError

Array = NDArray[np.float64]
AXES = ("x", "y", "z")
EVEN = 1e-4  # relative: steps of single precision


@dataclass(frozen=True)
class Fields:
    """Fields of several trajectories: `values` [trajectory, time, field, *space], coordinates, and what is known.

    `parameters` [trajectory] each; `boundary` one entry an axis, empty where it is not known.
    """

    values: Array
    names: tuple[str, ...]
    time: Array
    grid: Mapping[str, Array]
    parameters: Mapping[str, Array] = field(default_factory=dict)
    boundary: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


def take_apart(data: xr.Dataset, layout: str) -> Fields:
    """The fields of a Dataset. Raises UsageError where it holds none, as of points or videos."""
    state = data.get("state")
    axes = [axis for axis in AXES if state is not None and axis in state.dims]
    if state is None or set(state.dims) != {"trajectory", "time", "field", *axes} or not axes:
        got = "no variable 'state'" if state is None else f"state {tuple(map(str, state.dims))}"
        raise UsageError(f"the layout {layout} holds fields", expected="state (trajectory, time, field, x[, y[, z]])",
                         got=got, fix="write points and videos as netcdf or npy")  # fmt: skip
    prefix = "parameter_"
    drawn = {str(name)[len(prefix) :]: data[name].values for name in data.coords if str(name).startswith(prefix)}
    known = {name: data.attrs[name] for name in ("title", "references", "license", "system") if name in data.attrs}
    return Fields(
        state.transpose("trajectory", "time", "field", *axes).to_numpy().astype(np.float64),
        tuple(str(name) for name in state["field"].values),
        state["time"].values.astype(np.float64),
        {axis: state[axis].values.astype(np.float64) for axis in axes},
        drawn,
        boundary_of(data, len(axes)),
        known,
    )


def put_together(fields: Fields, where: str) -> xr.Dataset:
    """A Dataset of fields. Raises DataError where lengths differ or a time step is not like the others."""
    shape = (len(fields.values), len(fields.time), len(fields.names), *map(len, fields.grid.values()))
    if fields.values.shape != shape:
        raise DataError("the fields do not fit their coordinates", where=where, expected=str(shape),
                        got=str(fields.values.shape), fix="mend the file")  # fmt: skip
    steps = np.diff(fields.time)
    if len(steps) and (not (steps > 0).all() or np.ptp(steps) > EVEN * steps.mean()):
        raise DataError("the times are not evenly spaced", where=where, expected="one step",
                        got=f"steps from {steps.min():.6g} to {steps.max():.6g}", fix="resample it")  # fmt: skip
    coords: dict[str, Any] = {"trajectory": np.arange(len(fields.values)), "field": list(fields.names)}
    coords["time"] = ("time", fields.time, {"axis": "T", "long_name": "time"})
    for axis, points in fields.grid.items():
        coords[axis] = (axis, points, {"axis": axis.upper(), "long_name": axis})
    for name, values in fields.parameters.items():
        coords[f"parameter_{name}"] = ("trajectory", values, {"long_name": name})
    attributes = {"Conventions": "CF-1.11", **fields.attributes}
    if len(steps):
        attributes["dt"] = float(steps.mean())
    if fields.boundary:
        attributes["boundary"] = list(fields.boundary)
    state = (("trajectory", "time", "field", *fields.grid), fields.values)
    return xr.Dataset({"state": state}, coords=coords, attrs=attributes)


def boundary_of(data: xr.Dataset, axes: int) -> tuple[str, ...]:
    """What stands at the ends of each axis: as the Dataset says, else as the file of its system; empty if unknown."""
    stated = data.attrs.get("boundary")
    if stated is not None:
        return tuple([stated] if isinstance(stated, str) else [str(end) for end in stated])
    if "system" not in data.attrs:
        return ()
    from dynarena.data.system import System
    from dynarena.errors import UnknownName

    try:
        domain = System(str(data.attrs["system"])).spec.domain
    except UnknownName:
        return ()
    return tuple(domain.boundary or ["periodic"] * axes) if domain is not None else ()


def vectors(names: Sequence[str], axes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The vectors among fields: what is called base_x, base_y … for every axis, by its base."""
    bases = [name[: -len(axes[0]) - 1] for name in names if name.endswith(f"_{axes[0]}")]
    whole = {base: tuple(f"{base}_{axis}" for axis in axes) for base in bases}
    return {base: parts for base, parts in whole.items() if set(parts) <= set(names)}
