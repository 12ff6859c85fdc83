"""Other suites' layouts: what is written reads back, foreign files of each form are read, wrong ones are refused."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from dynarena.data.layouts import LAYOUTS, check_suffix, layout_named, layout_of, pdebench, plain, well
from dynarena.data.layouts.fields import vectors
from dynarena.errors import DataError, UnknownName, UsageError

SUFFIX = {"well": ".hdf5", "pdebench": ".h5", "npy": ".npy", "netcdf": ".nc"}
GAS = ("density", "momentum_x", "momentum_y", "energy")


def fields(names: tuple[str, ...] = ("u",), axes: int = 1, *, boundary: list[str] | None = None) -> xr.Dataset:
    """Random fields on a small grid, of three trajectories with a parameter of each and one of all."""
    rng, grid = (
        np.random.default_rng(0),
        {axis: np.arange(n) / n for axis, n in zip("xyz"[:axes], (8, 6, 4), strict=False)},
    )
    shape = (3, 5, len(names), *(len(points) for points in grid.values()))
    coords = {"trajectory": np.arange(3), "time": np.arange(5) * 0.25, "field": list(names), **grid}
    coords |= {"parameter_nu": ("trajectory", [0.1, 0.2, 0.3]), "parameter_c": ("trajectory", [2.0, 2.0, 2.0])}
    attrs = {"title": "random", "dt": 0.25, "boundary": boundary or ["periodic"] * axes}
    return xr.Dataset({"state": (("trajectory", "time", "field", *grid), rng.normal(size=shape))}, coords, attrs)


CASES = [(("u",), 1), (("u", "v"), 1), (("u",), 2), (GAS, 2), (("w", "v_x", "v_y", "v_z"), 3)]


@pytest.mark.parametrize("layout", ["well", "pdebench", "npy", "netcdf"])
@pytest.mark.parametrize(("names", "axes"), CASES, ids=lambda case: str(case))
def test_what_is_written_reads_back(layout: str, names: tuple[str, ...], axes: int, tmp_path: Path) -> None:
    data, path = fields(names, axes), tmp_path / f"file{SUFFIX[layout]}"
    LAYOUTS[layout].write(data, path)
    assert layout_of(path) == layout
    back = LAYOUTS[layout].read(path)
    exact = layout in ("npy", "netcdf")
    assert back["state"].dims == data["state"].dims and back["state"].dtype == np.float64
    stored = data["state"].values if exact else data["state"].values.astype(np.float32)
    assert (back["state"].values == stored).all()
    assert list(back["field"].values) == list(names)
    for name in ("time", *"xyz"[:axes], "parameter_nu", "parameter_c"):
        np.testing.assert_allclose(back[name].values, data[name].values, rtol=0 if exact else 1e-6)
    assert back.attrs["dt"] == pytest.approx(0.25, rel=1e-6) and back.attrs["title"] == "random"
    assert list(back.attrs["boundary"] if axes > 1 or not isinstance(back.attrs["boundary"], str)
                else [back.attrs["boundary"]]) == ["periodic"] * axes  # fmt: skip


@pytest.mark.parametrize("ends", [["periodic", "reflecting"], ["reflecting/outflow", "fixed"], ["open", "value"]])
def test_walls_survive_the_well(ends: list[str], tmp_path: Path) -> None:
    well.write(fields(GAS, 2, boundary=ends), tmp_path / "a.h5")
    assert well.read(tmp_path / "a.h5").attrs["boundary"] == ends


def test_a_file_of_the_well_is_what_its_specification_says(tmp_path: Path) -> None:
    data = fields(GAS, 2, boundary=["periodic", "reflecting"])
    well.write(data, tmp_path / "a.hdf5")
    with h5py.File(tmp_path / "a.hdf5") as file:
        assert file.attrs["n_trajectories"] == 3 and file.attrs["n_spatial_dims"] == 2
        assert file.attrs["grid_type"] == "cartesian" and list(file.attrs["simulation_parameters"]) == ["c"]
        assert file.attrs["c"] == 2.0
        assert list(file["t0_fields"].attrs["field_names"]) == ["density", "energy"]
        momentum = file["t1_fields"]["momentum"]
        assert momentum.shape == (3, 5, 8, 6, 2) and momentum.dtype == np.float32
        assert (momentum[..., 1] == data["state"].values[:, :, 2].astype(np.float32)).all()
        assert momentum.attrs["sample_varying"] and list(momentum.attrs["dim_varying"]) == [True, True]
        assert list(file["t2_fields"].attrs["field_names"]) == []
        walls = {str(group.attrs["bc_type"]): group["mask"][()] for group in file["boundary_conditions"].values()}
        assert set(walls) == {"PERIODIC", "WALL"} and walls["WALL"].tolist() == [True, *[False] * 4, True]
        assert file["scalars"]["nu"].shape == (3,) and file["scalars"]["nu"].attrs["sample_varying"]
        assert file["scalars"]["c"].shape == (1,) and not file["scalars"]["c"].attrs["sample_varying"]


def test_fields_of_the_well_that_do_not_vary_and_tensors_are_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    medium, strain = rng.normal(size=(4, 8)), rng.normal(size=(2, 3, 4, 8, 2, 2))
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        file.attrs["n_trajectories"] = 2
        dimensions = file.create_group("dimensions")
        dimensions.attrs["spatial_dims"] = ["r", "s"]
        for name, count in (("time", 3), ("r", 4), ("s", 8)):
            dimensions.create_dataset(name, data=np.arange(count, dtype=np.float32))
        for rank, name, values, varying in ((0, "medium", medium, False), (2, "D", strain, True)):
            group = file.create_group(f"t{rank}_fields")
            group.attrs["field_names"] = [name]
            stored = group.create_dataset(name, data=values)
            stored.attrs["sample_varying"] = stored.attrs["time_varying"] = varying
            stored.attrs["dim_varying"] = [True, True]
    back = well.read(tmp_path / "a.hdf5")
    assert list(back["field"].values) == ["medium", "D_rr", "D_rs", "D_sr", "D_ss"]
    assert (back["state"].values[1, 2, 0] == medium).all()
    assert (back["state"].sel(field="D_sr").values == strain[..., 1, 0]).all()
    assert "boundary" not in back.attrs


def test_every_published_form_of_pdebench_is_read(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(2), tmp_path / "a.h5"
    u = rng.normal(size=(3, 5, 8))
    with h5py.File(path, "w") as file:  # one field; its times end with the last step's end
        file["tensor"], file["x-coordinate"], file["t-coordinate"] = u, np.arange(8), np.arange(6) * 0.5
    back = pdebench.read(path)
    assert (back["state"].values[:, :, 0] == u).all() and back["time"].values.tolist() == [0, 0.5, 1, 1.5, 2]
    with h5py.File(path, "w") as file:  # gas
        for place, name in enumerate(("Vx", "density", "pressure")):
            file[name] = u + place
        file["x-coordinate"], file["t-coordinate"] = np.arange(8), np.arange(5)
    back = pdebench.read(path)
    assert list(back["field"].values) == ["density", "pressure", "Vx"]
    assert (back["state"].sel(field="Vx").values == u).all()
    with h5py.File(path, "w") as file:  # Darcy
        file["nu"], file["tensor"] = rng.normal(size=(3, 8, 8)), rng.normal(size=(3, 1, 8, 8))
        file["x-coordinate"], file["y-coordinate"] = np.arange(8), np.arange(8)
    assert pdebench.read(path)["state"].shape == (3, 1, 2, 8, 8)
    with h5py.File(path, "w") as file:  # a group a trajectory
        for index in range(3):
            file[f"{index:04d}/data"] = np.stack([u[index], -u[index]], axis=-1)
            file[f"{index:04d}/grid/x"], file[f"{index:04d}/grid/t"] = np.arange(8), np.arange(5)
    back = pdebench.read(path)
    assert (back["state"].values[:, :, 1] == -u).all() and layout_of(path) == "pdebench"


def test_an_array_without_a_sidecar_counts(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=(2, 3, 1, 8)).astype(np.float32)
    np.save(tmp_path / "a.npy", values)
    back = plain.read(tmp_path / "a.npy")
    assert back["state"].dims == ("trajectory", "time", "field", "x") and (back["state"].values == values).all()
    assert back["x"].values.tolist() == list(range(8))


def test_points_and_frames_are_kept_by_numpy_and_refused_by_layouts_of_fields(tmp_path: Path) -> None:
    points = xr.Dataset({"state": (("trajectory", "time", "component"), np.ones((2, 3, 2)))})
    plain.write(points, tmp_path / "a.npy")
    assert (plain.read(tmp_path / "a.npy")["state"].values == 1).all()
    for layout in (well, pdebench):
        with pytest.raises(UsageError, match="holds fields"):
            layout.write(points, tmp_path / "a.h5")
    assert not (tmp_path / "a.h5").exists()


def break_time(file: h5py.File) -> None:
    file["dimensions/time"][1] = 7.0


def lose_axis(file: h5py.File) -> None:
    del file["dimensions/x"]


def cut_field(file: h5py.File) -> None:
    values = file["t0_fields/density"][:, :3]
    attrs = dict(file["t0_fields/density"].attrs)
    del file["t0_fields/density"]
    file["t0_fields"].create_dataset("density", data=values).attrs.update(attrs)


def lose_field(file: h5py.File) -> None:
    del file["t1_fields/momentum"]


def write_text(file: h5py.File) -> None:
    del file["dimensions/x"]
    file["dimensions/x"] = ["a", "b"]


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (break_time, "not evenly spaced"),
        (lose_axis, "not of the layout well"),
        (cut_field, "does not fit its dimensions"),
        (lose_field, "not of the layout well"),
        (write_text, "no numbers"),
    ],
)
def test_what_does_not_fit_the_well_is_refused_by_name(spoil, what: str, tmp_path: Path) -> None:
    well.write(fields(GAS, 2), tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "a") as file:
        spoil(file)
    with pytest.raises(DataError, match=what) as caught:
        well.read(tmp_path / "a.h5")
    assert "a.h5" in str(caught.value.where) and caught.value.fix


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    garbage = tmp_path / "a.h5"
    garbage.write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 100)
    for layout in (well, pdebench):
        with pytest.raises(DataError, match="not a readable HDF5"):
            layout.read(garbage)
        with pytest.raises(DataError, match="no such file"):
            layout.read(tmp_path / "none.h5")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["tensor"], file["x-coordinate"], file["t-coordinate"] = np.ones((2, 3, 8)), np.arange(8), np.arange(9)
    with pytest.raises(DataError, match="as many times"):
        pdebench.read(tmp_path / "b.h5")
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file.create_group("else")
    with pytest.raises(DataError, match="not of the layout pdebench"):
        pdebench.read(tmp_path / "c.h5")
    np.save(tmp_path / "d.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="not a readable array"):
        plain.read(tmp_path / "d.npy")
    np.save(tmp_path / "e.npy", np.ones((2, 3)))
    with pytest.raises(DataError, match="holds fields"):
        plain.read(tmp_path / "e.npy")
    plain.write(fields(), tmp_path / "f.npy")
    sidecar = tmp_path / "f.json"
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), "dims": ["time"]}))
    with pytest.raises(DataError, match="does not fit its sidecar"):
        plain.read(tmp_path / "f.npy")


def test_wrong_names_and_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="wel"):
        layout_named("wel")
    with pytest.raises(UsageError, match="ends otherwise"):
        check_suffix(tmp_path / "a.nc", "well")
    (tmp_path / "a.csv").write_text("1")
    with pytest.raises(UsageError, match="no layout"):
        layout_of(tmp_path / "a.csv")


def test_vectors_have_a_part_for_every_axis() -> None:
    assert vectors(GAS, ("x", "y")) == {"momentum": ("momentum_x", "momentum_y")}
    assert vectors(GAS, ("x", "y", "z")) == {} and vectors(("u", "v"), ("x", "y")) == {}
