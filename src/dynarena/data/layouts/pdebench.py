"""PDEBench: HDF5 in single precision, in the three forms in which its files are published.

    tensor              [trajectory, time, *space]   one field; with `nu` [trajectory, *space] the coefficients of Darcy
    density, pressure …  [trajectory, time, *space]   a dataset a field
    0000/data …          [time, *space, field]        a group a trajectory, with 0000/grid/t, /x, /y
    x-coordinate …, t-coordinate                      the points; times may have one entry more, the last step's end

Written are the first form for one field and the second for several, and beside them what the suite does not have: the
group `parameters`, a dataset of one number a trajectory each.
Source: Takamoto et al. (2022), NeurIPS Datasets & Benchmarks, and the loaders published with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynarena.data.layouts.fields import AXES, Array, Fields, put_together, take_apart
from dynarena.data.layouts.hdf5 import member, numbers, opened, texts, written
from dynarena.errors import DataError

NAME = "pdebench"
_FIRST = ("density", "pressure", "Vx", "Vy", "Vz")  # the order of the published loaders
_COORDINATES = tuple(f"{axis}-coordinate" for axis in (*AXES, "t"))
_COEFFICIENT = "nu"


def write(data: xr.Dataset, path: Path) -> None:
    """Write fields. Raises UsageError where the Dataset holds none, ResourceError where the disk is full."""
    fields = take_apart(data, NAME)

    def fill(file: Any) -> None:
        for place, name in enumerate(fields.names):
            called = name if len(fields.names) > 1 else "tensor"
            file.create_dataset(called, data=fields.values[:, :, place].astype(np.float32))
        for axis, points in {**fields.grid, "t": fields.time}.items():
            file.create_dataset(f"{axis}-coordinate", data=points.astype(np.float32))
        parameters = file.create_group("parameters")
        for name, values in fields.parameters.items():
            parameters.create_dataset(name, data=values)
        file.attrs["field_names"] = list(fields.names)
        file.attrs["boundary"] = list(fields.boundary)
        for key, text in fields.attributes.items():
            file.attrs[key] = str(text)

    written(path, fill)


def read(path: Path) -> xr.Dataset:
    """The fields as a Dataset, float64. Raises DataError naming what is missing or does not fit."""
    with opened(path) as file:
        groups = sorted(name for name in file if name.isdigit())
        found = _by_trajectory(file, groups, path) if groups else _together(file, path)
    return put_together(found, str(path))


def _together(file: Any, path: Path) -> Fields:
    names = _names(file, path)
    parts = [numbers(file[name], path) for name in names]
    axes = max(part.ndim for part in parts) - 2
    if not 1 <= axes <= len(AXES):
        raise DataError("a field has the wrong axes", where=f"{path}, {names[0]!r}", expected="trajectory, time, space",
                        got=str(parts[0].shape), fix="mend the file")  # fmt: skip
    times = max(part.shape[1] for part in parts if part.ndim == axes + 2)
    parts = [part if part.ndim == axes + 2 else np.repeat(part[:, None], times, axis=1) for part in parts]
    if len({part.shape for part in parts}) > 1:
        got = ", ".join(f"{name} {part.shape}" for name, part in zip(names, parts, strict=True))
        raise DataError("fields have different shapes", where=str(path), expected="one", got=got, fix="mend the file")
    values = np.stack(parts, axis=2)
    stored = texts(file.attrs["field_names"]) if "field_names" in file.attrs else []
    labels = ("u",) if names == ["tensor"] else tuple("u" if name == "tensor" else name for name in names)
    count = len(values)
    parameters = file.get("parameters", {})
    return Fields(
        values,
        tuple(stored) if len(stored) == len(names) else labels,
        _times(file, values.shape[1], path),
        {axis: numbers(member(file, f"{axis}-coordinate", path, NAME), path) for axis in AXES[:axes]},
        {name: np.broadcast_to(numbers(parameters[name], path).reshape(-1), (count,)).copy() for name in parameters},
        tuple(texts(file.attrs["boundary"])) if "boundary" in file.attrs else (),
        {key: str(file.attrs[key]) for key in ("title", "references", "license", "system") if key in file.attrs},
    )


def _by_trajectory(file: Any, groups: list[str], path: Path) -> Fields:
    parts = [numbers(member(file[name], "data", path, NAME), path) for name in groups]
    if len({part.shape for part in parts}) > 1 or not 3 <= parts[0].ndim <= len(AXES) + 2:
        got = ", ".join(sorted({str(part.shape) for part in parts}))
        raise DataError("trajectories have different or wrong axes", where=str(path), expected="[time, *space, field]",
                        got=got, fix="mend the file")  # fmt: skip
    values = np.moveaxis(np.stack(parts), -1, 2)
    grid = member(file[groups[0]], "grid", path, NAME)
    axes = AXES[: values.ndim - 3]
    times = numbers(member(grid, "t", path, NAME), path)
    named = [f"c{place}" for place in range(values.shape[2])]
    points = {axis: numbers(member(grid, axis, path, NAME), path) for axis in axes}
    return Fields(values, tuple(named) if len(named) > 1 else ("u",), times[: values.shape[1]], points)


def _names(file: Any, path: Path) -> list[str]:
    """The datasets that are fields: named in the file, `tensor`, or in the order of the published loaders."""
    held = [name for name in file if name not in _COORDINATES and hasattr(file[name], "shape")]
    stated = texts(file.attrs["field_names"]) if "field_names" in file.attrs else []
    if len(stated) > 1 and set(stated) <= set(held):
        return stated
    if "tensor" in held:
        return [_COEFFICIENT, "tensor"] if _COEFFICIENT in held else ["tensor"]
    found = [name for name in _FIRST if name in held] + sorted(name for name in held if name not in _FIRST)
    if not found:
        raise DataError(f"the file is not of the layout {NAME}", where=str(path),
                        expected="tensor, or a dataset a field", got=", ".join(sorted(file)[:20]) or "nothing",
                        fix="name another layout with --from")  # fmt: skip
    return found


def _times(file: Any, count: int, path: Path) -> Array:
    """The times; counts where there are none, as of static problems."""
    if "t-coordinate" not in file:
        return np.arange(count, dtype=np.float64)
    times = numbers(file["t-coordinate"], path).reshape(-1)
    if len(times) not in (count, count + 1):
        raise DataError("there are not as many times as states", where=f"{path}, 't-coordinate'",
                        expected=f"{count} or {count + 1}", got=str(len(times)), fix="mend the file")  # fmt: skip
    return times[:count]
