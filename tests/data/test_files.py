from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dynarena.data.files import read_netcdf, write_atomically, write_netcdf
from dynarena.errors import DataError, ResourceError


@pytest.fixture
def dataset() -> xr.Dataset:
    values = np.random.default_rng(0).normal(size=(3, 50, 2))
    return xr.Dataset({"state": (("trajectory", "time", "component"), values)})


def test_a_file_is_read_back_bit_for_bit(tmp_path: Path, dataset: xr.Dataset) -> None:
    write_netcdf(dataset, tmp_path / "deep" / "a.nc")
    assert np.array_equal(read_netcdf(tmp_path / "deep" / "a.nc")["state"].values, dataset["state"].values)


@pytest.mark.parametrize("keep", [0, 10, 1000])
def test_a_truncated_file_is_refused(tmp_path: Path, dataset: xr.Dataset, keep: int) -> None:
    path = tmp_path / "a.nc"
    write_netcdf(dataset, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match="not a readable NetCDF4") as caught:
        read_netcdf(path)
    assert "build it again" in str(caught.value)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.nc").write_text("hello")
    with pytest.raises(DataError):
        read_netcdf(tmp_path / "a.nc")
    with pytest.raises(DataError, match="no such file"):
        read_netcdf(tmp_path / "b.nc")


def test_a_failed_write_leaves_what_stood_there(tmp_path: Path, dataset: xr.Dataset) -> None:
    path = tmp_path / "a.nc"
    write_netcdf(dataset, path)
    before = path.read_bytes()

    def fail(part: Path) -> None:
        part.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ResourceError, match="No space left") as caught:
        write_atomically(path, fail)
    assert "free some space" in str(caught.value)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path], "no half file stays"


@pytest.mark.parametrize("place", ["folder", "file/below.nc", "a" * 300])
def test_a_place_that_takes_no_file_is_named_with_fitting_advice(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResourceError, match="could not write") as caught:
        write_atomically(tmp_path / place, lambda part: None)
    assert str(tmp_path / place) in str(caught.value)
    assert "free some space" not in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "file"}
