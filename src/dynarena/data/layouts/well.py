"""The Well: one HDF5 file of scalar, vector and tensor fields on a uniform grid, in single precision.

    t0_fields  name [trajectory, time, *space]
    t1_fields  name [trajectory, time, *space, axis]             here those called base_x, base_y …, under their base
    t2_fields  name [trajectory, time, *space, axis, axis]       read as base_xx, base_xy …
    dimensions  time and the axes;  boundary_conditions  a group an end;  scalars  parameters, one a trajectory

Source: the specification "Data format" of the suite, Ohana et al. (2024), NeurIPS Datasets & Benchmarks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.layouts.fields import Array, Fields, put_together, take_apart, vectors
from dynarena.data.layouts.hdf5 import flag, member, numbers, opened, texts, written
from dynarena.errors import DataError

NAME = "well"
_OURS = {"periodic": "PERIODIC", "open": "OPEN", "outflow": "OPEN", "closed": "WALL"}
_THEIRS = {"PERIODIC": "periodic", "OPEN": "open", "WALL": "reflecting"}


def write(data: xr.Dataset, path: Path) -> None:
    """Write fields. Raises UsageError where the Dataset holds none, ResourceError where the disk is full."""
    fields = take_apart(data, NAME)
    written(path, lambda file: _fill(file, fields))


def read(path: Path) -> xr.Dataset:
    """The fields as a Dataset, float64. Raises DataError naming the group that is missing or does not fit."""
    with opened(path) as file:
        dimensions = member(file, "dimensions", path, NAME)
        axes = texts(dimensions.attrs.get("spatial_dims", []))
        grid = {axis: _uniform(member(dimensions, axis, path, NAME), path) for axis in axes}
        times = _uniform(member(dimensions, "time", path, NAME), path)
        parts = dict(_parts(file, len(times), tuple(grid), tuple(map(len, grid.values())), path))
        if not parts:
            raise DataError("the file holds no fields", where=str(path), expected="t0_fields, t1_fields or t2_fields",
                            got="none", fix="copy it again")  # fmt: skip
        count = int(file.attrs.get("n_trajectories", max(len(values) for values in parts.values())))
        shape = (count, len(times), *map(len, grid.values()))
        found = Fields(
            np.stack([_broadcast(values, shape, name, path) for name, values in parts.items()], axis=2),
            tuple(parts),
            times,
            _renamed(grid),
            dict(_scalars(file, count, path)),
            _boundary(file, axes),
            {"title": str(file.attrs.get("dataset_name", path.stem))}
            | {key: str(file.attrs[key]) for key in ("references", "license", "system") if key in file.attrs},
        )
    return put_together(found, str(path))


def _fill(file: Any, fields: Fields) -> None:
    axes, count = list(fields.grid), len(fields.values)
    constant = {name: values for name, values in fields.parameters.items() if np.ptp(values) == 0}
    file.attrs["dataset_name"] = str(fields.attributes.get("title", "dynarena"))
    file.attrs["grid_type"] = "cartesian"
    file.attrs["n_spatial_dims"] = len(axes)
    file.attrs["n_trajectories"] = count
    file.attrs["simulation_parameters"] = _names(list(constant))
    for name, values in constant.items():
        file.attrs[name] = float(values[0])
    for key, text in fields.attributes.items():
        if key != "title":
            file.attrs[key] = str(text)
    dimensions = file.create_group("dimensions")
    dimensions.attrs["spatial_dims"] = _names(axes)
    for name, points in {"time": fields.time, **fields.grid}.items():
        _put(dimensions, name, points, sample=False, time=False)
    _fill_boundary(file.create_group("boundary_conditions"), fields)
    scalars = file.create_group("scalars")
    scalars.attrs["field_names"] = _names(list(fields.parameters))
    for name, values in fields.parameters.items():
        fixed = name in constant
        _put(scalars, name, values[:1] if fixed else values, sample=not fixed, time=False)
    _fill_fields(file, fields, axes)


def _fill_fields(file: Any, fields: Fields, axes: list[str]) -> None:
    places = {name: place for place, name in enumerate(fields.names)}
    whole = vectors(fields.names, axes)
    inside = {part for parts in whole.values() for part in parts}
    ranks: list[dict[str, Array]] = [
        {name: fields.values[:, :, place] for name, place in places.items() if name not in inside},
        {
            base: np.stack([fields.values[:, :, places[part]] for part in parts], axis=-1)
            for base, parts in whole.items()
        },
        {},
    ]
    for rank, each in enumerate(ranks):
        group = file.create_group(f"t{rank}_fields")
        group.attrs["field_names"] = _names(list(each))
        for name, values in each.items():
            stored = _put(group, name, values, sample=True, time=True)
            stored.attrs["dim_varying"] = [True] * len(axes)
    if list(fields.names) != [*ranks[0], *(part for parts in whole.values() for part in parts)]:
        file.attrs["field_order"] = _names(list(fields.names))


def _fill_boundary(group: Any, fields: Fields) -> None:
    for axis, ends in zip(fields.grid, fields.boundary, strict=False):
        names = ends.split("/")
        for name in dict.fromkeys(names):
            kind = _OURS.get(name, "WALL")
            side = "" if len(names) == 1 else ("_low" if name == names[0] else "_high")
            entry = group.create_group(f"{axis}_{name}{side}")
            mask = np.zeros(len(fields.grid[axis]), dtype=bool)
            mask[[0, -1] if len(names) == 1 else [0 if name == names[0] else -1]] = True
            entry.create_dataset("mask", data=mask)
            entry.attrs.update(bc_type=kind, sample_varying=False, time_varying=False)
            entry.attrs["associated_dims"] = _names([axis])
            entry.attrs["associated_fields"] = _names([])
            entry.attrs["dynarena"] = ends


def _boundary(file: Any, axes: list[str]) -> tuple[str, ...]:
    """What stands at the ends of each axis; open where an axis says nothing, nothing where none does."""
    groups = list(file["boundary_conditions"].values()) if "boundary_conditions" in file else []
    ends: dict[str, str] = {}
    for entry in groups:
        kind = _THEIRS.get(str(entry.attrs.get("bc_type", "")).upper(), "open")
        for axis in texts(entry.attrs.get("associated_dims", [])):
            ends.setdefault(axis, str(entry.attrs.get("dynarena", kind)))
    return tuple(ends.get(axis, "open") for axis in axes) if ends else ()


def _parts(
    file: Any, times: int, axes: tuple[str, ...], space: tuple[int, ...], path: Path
) -> Iterator[tuple[str, Array]]:
    """Every component of every field, [trajectory or 1, time or 1, *space or 1], by its name."""
    found: dict[str, Array] = {}
    for rank in range(3):
        group = file.get(f"t{rank}_fields")
        for name in texts(group.attrs.get("field_names", sorted(group))) if group is not None else []:
            stored = member(group, name, path, NAME)
            values = _unfolded(stored, rank, len(axes), path)
            for place in np.ndindex(*[len(axes)] * rank):
                label = f"{name}_{''.join(axes[index] for index in place)}" if rank else name
                found[label] = values[(..., *place)]
    order = texts(file.attrs["field_order"]) if "field_order" in file.attrs else list(found)
    yield from ((name, found[name]) for name in order if name in found)


def _unfolded(stored: Any, rank: int, axes: int, path: Path) -> Array:
    """A stored field with all its axes: those along which it does not vary have length one."""
    values = numbers(stored, path)
    varying = [flag(stored, "sample_varying", True), flag(stored, "time_varying", True)]
    varying += [bool(each) for each in np.atleast_1d(stored.attrs.get("dim_varying", [True] * axes))]
    tail = values.shape[sum(varying) :]
    if int(np.prod(tail)) != axes**rank or len(varying) != axes + 2:
        expected = f"{sum(varying)} axes and {axes}^{rank} components"
        raise DataError("a field has the wrong axes", where=f"{path}, {stored.name!r}", expected=expected,
                        got=str(values.shape), fix="mend the file")  # fmt: skip
    lengths = iter(values.shape)
    return values.reshape(*(next(lengths) if varies else 1 for varies in varying), *[axes] * rank)


def _broadcast(values: Array, shape: tuple[int, ...], name: str, path: Path) -> Array:
    try:
        return np.asarray(np.broadcast_to(values, shape))
    except ValueError as error:
        raise DataError("a field does not fit its dimensions", where=f"{path}, {name!r}", expected=str(shape),
                        got=str(values.shape), fix="mend the file") from error  # fmt: skip


def _scalars(file: Any, count: int, path: Path) -> Iterator[tuple[str, Array]]:
    """The scalars that no time changes, [trajectory] each."""
    group = file.get("scalars")
    for name in texts(group.attrs.get("field_names", sorted(group))) if group is not None else []:
        stored = member(group, name, path, NAME)
        if not flag(stored, "time_varying", False):
            yield name, np.broadcast_to(numbers(stored, path).reshape(-1), (count,)).copy()


def _uniform(stored: Any, path: Path) -> Array:
    """Coordinates that are the same for every trajectory."""
    if flag(stored, "sample_varying", False) or len(stored.shape) != 1:
        raise DataError("coordinates differ between trajectories", where=f"{path}, {stored.name!r}",
                        expected="one list for all", got=str(stored.shape), fix="split the file")  # fmt: skip
    return numbers(stored, path)


def _renamed(grid: dict[str, Array]) -> dict[str, Array]:
    """Axes called x, y, z, in the order of the file."""
    return dict(zip("xyz", grid.values(), strict=False))


def _put(group: Any, name: str, values: NDArray[Any], *, sample: bool, time: bool) -> Any:
    stored = group.create_dataset(name, data=np.asarray(values, dtype=np.float32))
    stored.attrs["sample_varying"], stored.attrs["time_varying"] = sample, time
    return stored


def _names(names: list[str]) -> NDArray[Any]:
    import h5py

    return np.array(names, dtype=h5py.string_dtype())
