"""HDF5 files of foreign layouts: opened, asked for what must be in them, refused by name where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from dynarena.data.files import write_atomically
from dynarena.errors import DataError


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The file, to read. Raises DataError where it is missing, truncated or no HDF5."""
    if not path.is_file():
        raise DataError("no such file", where=str(path), fix="check the path")
    try:
        with h5py.File(path, "r") as file:
            yield file
    except OSError as error:
        got = f"{path.stat().st_size} bytes; {error}"[:200]
        raise DataError("this is not a readable HDF5 file", where=str(path), expected="a whole file", got=got,
                        fix="copy it again") from error  # fmt: skip


def written(path: Path, fill: Callable[[Any], None]) -> None:
    """Let `fill` write a file that is whole or not there. Raises ResourceError where the disk is full."""

    def write(part: Path) -> None:
        with h5py.File(part, "w") as file:
            fill(file)

    write_atomically(path, write)


def looks_like_well(path: Path) -> bool:
    """Whether an HDF5 file has the groups of The Well. Raises DataError as `opened` does."""
    with opened(path) as file:
        return "t0_fields" in file and "dimensions" in file


def member(group: Any, name: str, where: Path, layout: str) -> Any:
    """A dataset or group. Raises DataError with what there is."""
    if name not in group:
        held = ", ".join(sorted(group)[:20]) or "nothing"
        raise DataError(f"the file is not of the layout {layout}", where=f"{where}, group {group.name!r}",
                        expected=repr(name), got=held, fix="name another layout with --from")  # fmt: skip
    return group[name]


def numbers(dataset: Any, where: Path) -> NDArray[np.float64]:
    """The numbers of a dataset. Raises DataError where it is a group or holds anything else."""
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "fiub":
        got = "a group" if isinstance(dataset, h5py.Group) else str(dataset.dtype)
        raise DataError("this holds no numbers", where=f"{where}, {dataset.name!r}", expected="real numbers", got=got,
                        fix="mend the file")  # fmt: skip
    return np.asarray(dataset[()], dtype=np.float64)


def texts(value: Any) -> list[str]:
    """A list of names in an attribute, whatever way it was written."""
    each = np.atleast_1d(np.asarray(value, dtype=object)).tolist()
    return [item.decode() if isinstance(item, bytes) else str(item) for item in each]


def flag(holder: Any, name: str, default: bool) -> bool:
    """A yes or no among the attributes."""
    return bool(np.all(holder.attrs.get(name, default)))
