"""Predictions on disk: stored for every scored cell, and the file format in which others hand theirs in.

A file of predictions is NetCDF4. It holds one group a task, named as the task's id ends (`chaos/lorenz63`: group
`lorenz63` within group `chaos`), and in each the variable `forecast` with the axes
[(sample,) trajectory, time, *state]: physical values, frames as floats in [0, 1] (or uint8). A folder with one file a
task (`chaos/lorenz63.nc`, the variable at its root) means the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from dynarena.data.files import write_atomically
from dynarena.errors import DataError, UsageError
from dynarena.schema.record import Card
from dynarena.schema.task import Task

VARIABLE = "forecast"


def store_forecast(home: Path, place: Path, values: NDArray[Any], task: Task) -> dict[str, str]:
    """Write one cell's predictions under `home`; returns path (relative to home), sha256 and bytes for its record."""
    path = home / place
    write_atomically(path, lambda part: _write(part, {"": values}, {"": _axes(values, task)}))
    return {"path": place.as_posix(), "sha256": file_digest(path), "bytes": str(path.stat().st_size)}


def load_forecast(home: Path, predictions: Mapping[str, str]) -> NDArray[Any]:
    """The predictions that `store_forecast` wrote. Raises DataError where they are gone or changed."""
    path = home / predictions.get("path", "")
    if not predictions.get("path") or not path.is_file():
        fix = "submit the model again"
        raise DataError("the stored predictions are gone", where=str(path), fix=fix)
    found = file_digest(path)
    if found != predictions["sha256"]:
        raise DataError(
            "the stored predictions have changed",
            where=str(path),
            expected=predictions["sha256"],
            got=found,
            fix="submit the model again",
        )
    with netCDF4.Dataset(path) as stored:
        stored.set_auto_mask(False)
        return np.asarray(stored[VARIABLE][...])


def place_of(card: Card, benchmark: str, task: str, seed: int, season: str) -> Path:
    """Where a cell's predictions stand under the home folder; a model's name cannot lead out of it."""
    model = f"{slug(card.name)}-{card.digest[:12]}"
    name = f"seed{seed}.nc" if season == "open" else f"seed{seed}-{slug(season)}.nc"
    return Path("predictions", model, slug(benchmark), *(slug(part) for part in task_name(task).split("/")), name)


def task_name(task_id: str) -> str:
    """What a task is called within its benchmark: `chaos/lorenz63` of `chaos-forecast@1.0/chaos/lorenz63`."""
    return task_id.partition("/")[2]


def slug(text: str) -> str:
    """Letters, digits, dot, dash and underscore of a text, at most 80 of them, never a hidden or empty name."""
    return re.sub(r"[^A-Za-z0-9_.@=-]+", "-", text)[:80].strip(".-") or "unnamed"


def write_predictions(path: Path, forecasts: Mapping[str, NDArray[Any]]) -> None:
    """Write a file of predictions: {"chaos/lorenz63": array [(sample,) trajectory, time, *state], ...}.

    Raises UsageError for an array that is not of numbers.
    """
    for name, values in forecasts.items():
        if np.asarray(values).dtype.kind not in "fu":
            fix = "give float32 or float64 (uint8 for frames)"
            raise UsageError("not predictions", where=name, got=str(np.asarray(values).dtype), fix=fix)
    arrays = {name: np.asarray(values) for name, values in forecasts.items()}
    write_atomically(Path(path), lambda part: _write(part, arrays, {}))


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(path: Path, arrays: Mapping[str, NDArray[Any]], axes: Mapping[str, tuple[str, ...]]) -> None:
    try:
        with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
            for name, values in arrays.items():
                group = file.createGroup(name) if name else file
                dims = axes.get(name) or tuple(f"axis_{place}" for place in range(values.ndim))
                for dim, length in zip(dims, values.shape, strict=True):
                    group.createDimension(dim, length)
                group.createVariable(VARIABLE, values.dtype, dims, fill_value=False)[...] = values
    except RuntimeError as error:  # how the HDF5 library reports a full disk
        raise OSError(None, f"the NetCDF library says {error}") from error


def _axes(values: NDArray[Any], task: Task) -> tuple[str, ...]:
    dims = ("trajectory", "time", *task.dims)
    return ("sample", *dims) if values.ndim > len(dims) else dims
