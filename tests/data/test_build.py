from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dynarena.data.build import build, clean, parts, verify
from dynarena.data.files import read_netcdf, write_netcdf
from dynarena.data.splits import load_split, split_path
from dynarena.errors import DataError, ResourceError
from dynarena.schema.lock import Lock


def outcomes(lock: Lock) -> list[str]:
    return ["unreadable" if isinstance(v, DataError) else v.outcome for _, v in verify(lock)]


def test_a_rebuilt_set_is_identical(tiny: Lock) -> None:
    built = build(tiny)
    assert len(built) == 2 * len(tiny.tasks)
    assert set(outcomes(tiny)) == {"identical"}
    before = [part.path.read_bytes() for part in built]
    assert clean(tiny) == sum(map(len, before))
    assert set(outcomes(tiny)) == {"unreadable"}
    build(tiny)
    assert set(outcomes(tiny)) == {"identical"}


def test_one_changed_number_names_its_trajectory(tiny: Lock) -> None:
    build(tiny)
    for index, part in enumerate(parts(tiny)):
        data = read_netcdf(part.path)
        values = data["state"].values
        values[2, 3].flat[0] += 1e-5
        write_netcdf(data, part.path)
        verdict = list(verify(tiny))[index][1]
        assert not isinstance(verdict, DataError)
        assert (verdict.outcome, verdict.trajectories) == ("different", [2])


def test_last_bit_noise_is_equivalent_and_a_missing_trajectory_different(tiny: Lock) -> None:
    build(tiny)
    part = parts(tiny)[0]
    data = read_netcdf(part.path)
    noisy = data.copy(deep=True)
    noisy["state"].values[1] *= 1 + 1e-13
    write_netcdf(noisy, part.path)
    verdict = next(verify(tiny))[1]
    assert not isinstance(verdict, DataError)
    assert (verdict.outcome, verdict.trajectories) == ("equivalent", [1])
    write_netcdf(data.isel(trajectory=slice(0, 2)), part.path)
    verdict = next(verify(tiny))[1]
    assert not isinstance(verdict, DataError)
    assert verdict.outcome == "different"


def test_wrong_data_on_disk_are_regenerated_before_use(tiny: Lock) -> None:
    task = tiny.tasks[0]
    truth = load_split(tiny, task, "test")
    path = split_path(tiny, task, "test")
    spoilt = truth.copy(deep=True)
    spoilt["state"].values[0, 0] = 0
    write_netcdf(spoilt, path)
    assert np.array_equal(load_split(tiny, task, "test")["state"].values, truth["state"].values)
    assert np.array_equal(read_netcdf(path)["state"].values, truth["state"].values)


def test_data_that_cannot_be_regenerated_are_refused(tiny: Lock) -> None:
    task = tiny.tasks[0]
    split = task.splits["test"]
    foreign = split.model_copy(update={"hashes": ["0" * 64] * 4, "sketch": [[1.0] * 17] * 4})
    other = task.model_copy(update={"splits": {**task.splits, "test": foreign}})
    with pytest.raises(DataError, match="differ from the lock") as caught:
        load_split(tiny, other, "test")
    assert "trajectory 0" in str(caught.value)


def test_workers_build_the_same_files(tiny: Lock) -> None:
    build(tiny, workers=2)
    assert set(outcomes(tiny)) == {"identical"}


def test_a_build_killed_at_any_moment_leaves_whole_files_and_resumes(tiny: Lock, home: Path) -> None:
    folder = Path(os.environ["DYNARENA_HOME"]) / "data"
    code = (
        "from dynarena.data.benchmarks import load_lock\nfrom dynarena.data.build import build, clean\n"
        "lock = load_lock('small:tiny')\nprint('ready', flush=True)\n"
        "while True:\n    build(lock)\n    clean(lock)\n"
    )
    for delay in (0.02, 0.1, 0.25):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        for path in folder.rglob("*.nc"):
            with xr.open_dataset(path) as whole:
                assert np.isfinite(whole["state"].values).all()
    build(tiny)
    assert set(outcomes(tiny)) == {"identical"}


@pytest.mark.parametrize("damage", ["truncated", "text", "no state", "words", "a number", "no coordinates"])
def test_a_damaged_or_foreign_file_is_told_by_verify_and_replaced_by_build(tiny: Lock, damage: str) -> None:
    build(tiny)
    path = parts(tiny)[-1].path
    whole = read_netcdf(path)
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:3000])
    elif damage == "text":
        path.write_text("hello")
    else:
        {
            "no state": whole.drop_vars("state"),
            "words": xr.Dataset({"state": (("a", "b"), np.array([["a", "b"]]))}),
            "a number": xr.Dataset({"state": ((), 3.0)}),
            "no coordinates": whole.drop_vars(list(whole.coords)),
        }[damage].to_netcdf(path)
    assert outcomes(tiny)[-1] == ("unreadable" if damage in ("truncated", "text") else "different")
    build(tiny)
    again = load_split(tiny, parts(tiny)[-1].task, parts(tiny)[-1].split)
    assert again.equals(whole)
    assert set(outcomes(tiny)) == {"identical"}


def test_a_changed_label_names_its_trajectory_and_is_mended_by_a_build(tiny: Lock) -> None:
    build(tiny)
    part = next(part for part in parts(tiny) if any(name.startswith("parameter_") for name in _labels(part.path)))
    name = next(name for name in _labels(part.path) if name.startswith("parameter_"))
    data = read_netcdf(part.path)
    right = data[name].values.copy()
    data[name].values[1] += 1
    write_netcdf(data, part.path)
    verdict = next(verdict for each, verdict in verify(tiny) if each == part)
    assert not isinstance(verdict, DataError)
    assert (verdict.outcome, verdict.trajectories) == ("different", [1])
    build(tiny)
    assert np.array_equal(read_netcdf(part.path)[name].values, right)


def _labels(path: Path) -> list[str]:
    return [str(name) for name in read_netcdf(path).coords]


def test_data_that_cannot_be_removed_are_not_said_to_be_freed(tiny: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tiny)
    monkeypatch.setattr("shutil.rmtree", lambda folder, ignore_errors: None)
    with pytest.raises(ResourceError, match="could not be removed"):
        clean(tiny)


def test_stored_data_with_last_bit_noise_are_used_as_they_are(tiny: Lock) -> None:
    task = tiny.tasks[0]
    noisy = load_split(tiny, task, "test").copy(deep=True)
    noisy["state"].values[1] *= 1 + 1e-13
    write_netcdf(noisy, split_path(tiny, task, "test"))
    assert np.array_equal(load_split(tiny, task, "test")["state"].values, noisy["state"].values)


def test_another_sample_of_the_same_law_serves_for_training_and_never_for_scoring(tiny: Lock) -> None:
    task = next(task for task in tiny.tasks if task.dims[0] == "component" and not task.noise)
    other = {
        name: split.model_copy(update={"hashes": ["0" * 64] * len(split.hashes)}) for name, split in task.splits.items()
    }
    moved = {
        name: split.model_copy(update={"sketch": [[value + 1 for value in row] for row in split.sketch]})
        for name, split in other.items()
    }
    elsewhere = task.model_copy(update={"splits": moved})
    assert load_split(tiny, elsewhere, "train", keep=False)["state"].shape[0] == 3
    with pytest.raises(DataError, match="differ from the lock"):
        load_split(tiny, elsewhere, "test", keep=False)
