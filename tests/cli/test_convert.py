"""`generate --format` and `convert`: fields leave for other suites' layouts and come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dynarena.cli.main import main
from dynarena.data.files import read_netcdf
from dynarena.data.layouts import LAYOUTS

ASKED = ["generate", "ape_burgers_1d", "--trajectories", "2", "--points", "3", "--dt", "0.5", "--resolution", "160"]


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


def test_a_chain_of_layouts_ends_where_it_began(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.nc", "b.hdf5", "c.h5", "d.npy", "e.nc")]
    assert run(*ASKED, "-o", files[0]) == 0
    for source, target, layout in zip(files, files[1:], ["well", "pdebench", "npy", "netcdf"], strict=False):
        assert run("convert", source, "-o", target, "--format", layout) == 0
    first, last = read_netcdf(files[0]), read_netcdf(files[-1])
    assert (last["state"].values == first["state"].values.astype(np.float32)).all()
    assert last.attrs["boundary"] == "periodic" and last.attrs["system"] == "pde/ape_burgers_1d"


def test_generate_writes_any_layout(tmp_path: Path) -> None:
    assert run(*ASKED, "-o", tmp_path / "a.npy", "--format", "npy") == 0
    assert run(*ASKED, "-o", tmp_path / "a.h5", "--format", "well") == 0
    exact, rounded = LAYOUTS["npy"].read(tmp_path / "a.npy"), LAYOUTS["well"].read(tmp_path / "a.h5")
    assert (rounded["state"].values == exact["state"].values.astype(np.float32)).all()
    assert rounded.attrs["boundary"] == ["periodic"]


def test_mistakes_are_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(*ASKED, "-o", tmp_path / "a.nc", "--format", "well") == 2
    assert "ends otherwise" in capfd.readouterr().err
    assert run(*ASKED, "-o", tmp_path / "a.h5", "--format", "wel") == 2
    assert "well" in capfd.readouterr().err
    assert run("convert", tmp_path / "none.h5", "-o", tmp_path / "b.nc", "--format", "netcdf") == 1
    assert "no such file" in capfd.readouterr().err
