"""NetCDF4 files that are whole or not there, and refusals of those that are neither."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import xarray as xr

from dynarena.errors import DataError, ResourceError

_PLACE = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.ENOTEMPTY,
    errno.ENAMETOOLONG,
)


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, flush it to disk and rename it into place.

    Raises ResourceError when the disk is full; what stood at `path` before then stands there still.
    """
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
        part = Path(name)
        os.close(handle)
        write(part)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        raise ResourceError(
            f"could not write: {error.strerror or error}", where=str(path), fix=_advice(error)
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _advice(error: OSError) -> str:
    if error.errno in _PLACE:
        return "give a file's name in a folder that you may write to, or set DYNARENA_HOME to one"
    return "free some space (dynarena data clean) or set DYNARENA_HOME to another disk; nothing written was lost"


def write_netcdf(dataset: xr.Dataset, path: Path) -> None:
    """Write a Dataset as NetCDF4 in chunks of whole trajectories."""
    encoding = {
        str(name): {"chunksizes": (1, *variable.shape[1:])}
        for name, variable in dataset.data_vars.items()
        if variable.ndim > 1
    }
    write_atomically(path, lambda part: _save(dataset, part, encoding))


def _save(dataset: xr.Dataset, part: Path, encoding: Mapping[str, Mapping[str, object]]) -> None:
    try:
        dataset.to_netcdf(part, engine="netcdf4", format="NETCDF4", encoding=encoding)
    except RuntimeError as error:  # the HDF5 library reports a full disk so
        raise OSError(None, f"the NetCDF library says {error}") from error


def read_netcdf(path: Path) -> xr.Dataset:
    """The Dataset in memory. Raises DataError where the file is missing, truncated or foreign."""
    if not path.is_file():
        raise DataError("no such file", where=str(path), fix="check the path")
    try:
        with xr.open_dataset(path, engine="netcdf4") as stored:
            return stored.load()
    except (OSError, ValueError, RuntimeError, AttributeError) as error:
        raise DataError(
            "this is not a readable NetCDF4 file",
            where=str(path),
            expected="a whole file written by dynarena or by xarray",
            got=f"{path.stat().st_size} bytes; {error}",
            fix="remove it and build it again",
        ) from error
