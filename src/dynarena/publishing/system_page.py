"""One trajectory of a system as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from dynarena.errors import UsageError
from dynarena.publishing.canvas import drawing, save
from dynarena.publishing.example import Example
from dynarena.publishing.pictures import draw_example


def plot_trajectory(dataset: xr.Dataset, path: Path) -> Path:
    """Draw the first trajectory of a Dataset of points, fields or frames to `path` (.png or .svg).

    Points become a phase portrait with the first component in time, 1-D fields a space-time plot, 2-D fields snapshots,
    videos a strip. Raises UsageError for another suffix and for a Dataset without `frames` or `state`.
    """
    path = Path(path)
    if path.suffix not in (".png", ".svg"):
        raise UsageError("unknown kind of picture", where=str(path), expected=".png or .svg", got=path.suffix or "none")
    with drawing():
        save(draw_example(example_of(dataset)), path)
    return path


def example_of(dataset: xr.Dataset) -> Example:
    """The first trajectory of a Dataset, without forecasts; times in the unit of its time coordinate."""
    name = "frames" if "frames" in dataset else "state"
    if name not in dataset or "time" not in dataset[name].dims:
        raise UsageError("the Dataset holds no trajectory", expected="'state' or 'frames' over 'time'")
    array = dataset[name].isel(trajectory=0) if "trajectory" in dataset[name].dims else dataset[name]
    values = array.values / 255.0 if array.dtype == np.uint8 else array.values.astype(np.float64)
    first, *space = [str(dim) for dim in array.dims if dim != "time"]
    kinds = {"component": "chaos", "field": "pde", "channel": "video"}
    if first not in kinds:
        raise UsageError(
            "no picture for these dimensions", expected=", ".join(kinds), got=", ".join(map(str, array.dims))
        )
    labels = array[first].values if first in array.coords else np.arange(array.sizes[first])
    unit = str(dataset["time"].attrs.get("units", "")) if "time" in dataset.coords else ""
    return Example(
        kind=kinds[first],  # type: ignore[arg-type]
        truth=values,
        forecasts={},
        times=array["time"].values.astype(np.float64),
        channels=tuple(str(text) for text in labels),
        grid={axis: array[axis].values for axis in space if axis in array.coords},
        discrete=unit in ("iterations", "iteration"),
        time_unit=f"time ({unit})" if unit not in ("", "1", "time") else "time",
    )
