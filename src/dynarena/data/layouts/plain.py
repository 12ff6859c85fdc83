"""Plain numpy: NAME.npy with the states, and beside it NAME.json with the names and coordinates of its axes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynarena.data.files import write_atomically
from dynarena.errors import DataError, UsageError

NAME = "npy"
_USUAL = ("trajectory", "time", "field", "x", "y", "z")


def write(data: xr.Dataset, path: Path) -> None:
    """Write `state` (of a video `frames`) as it is, [trajectory, time, …], and the sidecar of its coordinates."""
    name = "frames" if "frames" in data else "state"
    if name not in data:
        raise UsageError("nothing to write", expected="a variable 'state' or 'frames'", got=", ".join(map(str, data)))
    array = data[name]
    told = {
        "variable": name,
        "dims": [str(dim) for dim in array.dims],
        "coords": {
            str(key): {
                "dims": [str(dim) for dim in coord.dims],
                "values": coord.values.tolist(),
                "attrs": _plain(coord),
            }
            for key, coord in data.coords.items()
            if set(coord.dims) <= set(array.dims)
        },
        "attrs": _plain(data),
    }
    text = json.dumps(told, indent=1) + "\n"
    write_atomically(path, lambda part: _save(part, array.to_numpy()))
    write_atomically(path.with_suffix(".json"), lambda part: _write_text(part, text))


def read(path: Path) -> xr.Dataset:
    """The Dataset; without a sidecar the axes are trajectory, time, field, x[, y[, z]] and coordinates count.

    Raises DataError where the file is missing, truncated, holds objects, or does not fit its sidecar.
    """
    if not path.is_file():
        raise DataError("no such file", where=str(path), fix="check the path")
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError("this is not a readable array", where=str(path), expected="a .npy file of numbers",
                        got=str(error)[:200], fix="save it with numpy.save") from error  # fmt: skip
    if values.dtype.kind not in "fiu":
        raise DataError("this holds no numbers", where=str(path), expected="real numbers", got=str(values.dtype),
                        fix="save an array of floats")  # fmt: skip
    sidecar = path.with_suffix(".json")
    return _with(values, sidecar) if sidecar.is_file() else _without(values, path)


def _with(values: Any, sidecar: Path) -> xr.Dataset:
    try:
        told = json.loads(sidecar.read_text(encoding="utf-8"))
        coords = {key: (coord["dims"], coord["values"], coord["attrs"]) for key, coord in told["coords"].items()}
        return xr.Dataset({told["variable"]: (told["dims"], values)}, coords=coords, attrs=told["attrs"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError("the array does not fit its sidecar", where=str(sidecar),
                        expected="what dynarena wrote beside it", got=f"{type(error).__name__}: {error}"[:200],
                        fix="remove it, or write both again") from error  # fmt: skip


def _without(values: Any, path: Path) -> xr.Dataset:
    if not 4 <= values.ndim <= len(_USUAL):
        raise DataError("an array without a sidecar holds fields", where=str(path),
                        expected=", ".join(_USUAL[:4]) + " …", got=str(values.shape),
                        fix=f"write {path.with_suffix('.json').name} beside it")  # fmt: skip
    dims = _USUAL[: values.ndim]
    coords: dict[str, Any] = {dim: np.arange(n, dtype=float) for dim, n in zip(dims, values.shape, strict=True)}
    coords |= {"trajectory": np.arange(len(values)), "field": [f"c{place}" for place in range(values.shape[2])]}
    return xr.Dataset({"state": (dims, values.astype(np.float64))}, coords=coords, attrs={"title": path.stem})


def _plain(holder: xr.Dataset | xr.DataArray) -> dict[str, Any]:
    """Attributes as JSON can keep them."""
    return {str(key): value.tolist() if isinstance(value, np.generic | np.ndarray) else value
            for key, value in holder.attrs.items()}  # fmt: skip


def _save(part: Path, values: Any) -> None:
    with part.open("wb") as stream:
        np.save(stream, values, allow_pickle=False)


def _write_text(part: Path, text: str) -> None:
    part.write_text(text, encoding="utf-8")
