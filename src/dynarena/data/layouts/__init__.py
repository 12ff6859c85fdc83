"""Files of other suites' layouts, read and written: name, suffixes, reader and writer of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from dynarena.data.files import read_netcdf, write_netcdf
from dynarena.data.layouts import pdebench, plain, well
from dynarena.data.layouts.hdf5 import looks_like_well
from dynarena.errors import DataError, UnknownName, UsageError


@dataclass(frozen=True)
class Layout:
    """How a file of one suite is read into a Dataset and written from one."""

    about: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], xr.Dataset]
    write: Callable[[xr.Dataset, Path], None]


LAYOUTS = {
    "netcdf": Layout("dynarena's own: NetCDF4, float64", (".nc", ".nc4"), read_netcdf, write_netcdf),
    "well": Layout("The Well: HDF5, float32", (".h5", ".hdf5"), well.read, well.write),
    "pdebench": Layout("PDEBench: HDF5, float32", (".h5", ".hdf5"), pdebench.read, pdebench.write),
    "npy": Layout("plain numpy beside a JSON file of coordinates, float64", (".npy",), plain.read, plain.write),
}


def layout_named(name: str) -> Layout:
    """The layout of this name. Raises UnknownName with the nearest one."""
    if name not in LAYOUTS:
        raise UnknownName.among("layout", name, LAYOUTS, where="--format")
    return LAYOUTS[name]


def layout_of(path: Path) -> str:
    """The name of the layout in which a file is written, by its suffix and, of HDF5, by what it holds.

    Raises DataError where there is no file or it is no HDF5, UsageError for a suffix of no layout.
    """
    if not path.is_file():
        raise DataError("no such file", where=str(path), fix="check the path")
    names = [name for name, layout in LAYOUTS.items() if path.suffix.lower() in layout.suffixes]
    if not names:
        known = ", ".join(sorted({suffix for layout in LAYOUTS.values() for suffix in layout.suffixes}))
        raise UsageError("no layout has this suffix", where=str(path), expected=known, got=path.suffix or "none",
                         fix="name the layout: --from well")  # fmt: skip
    return names[0] if len(names) == 1 else ("well" if looks_like_well(path) else "pdebench")


def check_suffix(path: Path, name: str) -> None:
    """Raise UsageError unless the file's suffix is one of the layout's."""
    suffixes = layout_named(name).suffixes
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"a file of the layout {name} ends otherwise", where=str(path),
                         expected=" or ".join(suffixes), got=path.suffix or "no suffix",
                         fix=f"write {path.with_suffix(suffixes[0]).name}")  # fmt: skip
