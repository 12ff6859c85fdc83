"""Predictions made elsewhere: the truth scores perfect, and what cannot be read is refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dynarena.errors import DataError, UsageError
from dynarena.evaluation.predictions import place_of, slug, write_predictions
from dynarena.evaluation.submission_file import score_file
from dynarena.schema.record import Card


@pytest.fixture
def truth(lock, provider):
    frozen = lock()
    found = {}
    for task in frozen.tasks:
        data = provider(frozen, task)
        found[task.system] = data.truth[data.task.variable].values
    return found


@pytest.fixture
def score(lock, provider, store, home):
    def score(path, *systems, name="Mine"):
        return score_file(path, lock(*systems), name, provider=provider, store=store, home=home)

    return score


def test_the_truth_as_a_file_scores_perfect_in_all_three_domains(score, truth, tmp_path, store):
    write_predictions(tmp_path / "truth.nc", truth)
    records = score(tmp_path / "truth.nc")
    assert [record.status for record in records] == ["ok"] * 3, [record.message for record in records]
    for record in records:
        assert max(record.error) < 1e-6 and record.isolation == "file" and record.model.name == "Mine"
    assert max(records[0].error) == 0.0  # float64 in the file stays float64
    assert len(store.all()) == 3


def test_a_folder_of_files_and_a_single_bare_file_mean_the_same(score, truth, tmp_path):
    for system, values in truth.items():
        path = tmp_path / "mine" / f"{system}.nc"
        path.parent.mkdir(parents=True, exist_ok=True)
        axes = [f"axis{place}" for place in range(values.ndim)]
        xr.Dataset({"forecast": (axes, values)}).to_netcdf(path)
    assert [max(record.error) < 1e-6 for record in score(tmp_path / "mine")] == [True] * 3
    single = score(tmp_path / "mine" / "pde" / "wave.nc", "pde/wave")
    assert max(single[0].error) == 0.0


def test_an_ensemble_is_taken_as_one(score, truth, tmp_path):
    exact = truth["chaos/wheel"]
    write_predictions(tmp_path / "e.nc", {"chaos/wheel": np.stack([exact, exact + 1, exact - 1])})
    record = score(tmp_path / "e.nc", "chaos/wheel")[0]
    assert record.status == "ok", record.message
    with xr.open_dataset(tmp_path / "home" / record.predictions["path"]) as stored:
        assert stored["forecast"].dims == ("sample", "trajectory", "time", "component")


def test_a_system_that_the_file_lacks_is_a_failed_cell_with_the_group_to_add(score, truth, tmp_path):
    write_predictions(tmp_path / "part.nc", {"chaos/wheel": truth["chaos/wheel"]})
    records = score(tmp_path / "part.nc")
    assert [record.status for record in records] == ["ok", "failed", "failed"]
    assert "pde/wave" in records[1].message["where"] and "write_predictions" in records[1].message["fix"]


@pytest.mark.parametrize(
    ("spoil", "status", "telling"),
    [
        (lambda values: values[:, :3], "refused", "too few steps: 3 of 7"),
        (lambda values: values[:1], "refused", "wrong shape"),
        (lambda values: values[:, :, None], "refused", "wrong shape"),
        (lambda values: np.where(values > 0.9, np.nan, values), "non-finite", "not finite"),
        (lambda values: (values * 10).astype(np.int32), "refused", "int32"),
    ],
)
def test_a_task_of_the_wrong_form_is_refused_and_the_others_are_scored(spoil, status, telling, score, truth, tmp_path):
    import netCDF4

    with netCDF4.Dataset(tmp_path / "bad.nc", "w") as file:
        for system, values in {**truth, "chaos/wheel": spoil(truth["chaos/wheel"])}.items():
            group = file.createGroup(system)
            for axis, length in enumerate(values.shape):
                group.createDimension(f"a{axis}", length)
            group.createVariable("forecast", values.dtype, [f"a{axis}" for axis in range(values.ndim)])[...] = values
    records = score(tmp_path / "bad.nc")
    assert [record.status for record in records] == [status, "ok", "ok"], [record.message for record in records]
    assert telling in " ".join(records[0].message.values())


def test_a_truncated_a_foreign_and_a_missing_file_are_refused_with_advice(score, truth, tmp_path):
    write_predictions(tmp_path / "whole.nc", truth)
    whole = (tmp_path / "whole.nc").read_bytes()
    (tmp_path / "half.nc").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.nc").write_text("time,x\n0,1\n")
    (tmp_path / "empty.nc").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for name in ("half.nc", "text.nc", "empty.nc", "missing.nc", "folder"):
        with pytest.raises(DataError) as caught:
            score(tmp_path / name)
        assert name in caught.value.where and caught.value.expected and caught.value.fix


def test_bytes_flipped_anywhere_never_crash_the_scorer(score, truth, tmp_path):
    write_predictions(tmp_path / "whole.nc", {"chaos/wheel": truth["chaos/wheel"]})
    whole = bytearray((tmp_path / "whole.nc").read_bytes())
    random = np.random.default_rng(1)
    for number in range(6):
        spoiled = whole.copy()
        for place in random.integers(0, len(whole), size=200):
            spoiled[place] ^= 0xFF
        (tmp_path / f"f{number}.nc").write_bytes(spoiled)
        try:
            records = score(tmp_path / f"f{number}.nc", "chaos/wheel")
        except DataError:
            continue
        assert records[0].status in ("ok", "refused", "non-finite", "failed")


def test_a_file_that_promises_terabytes_is_refused_unread(score, tmp_path):
    import netCDF4

    with netCDF4.Dataset(tmp_path / "huge.nc", "w") as file:
        group = file.createGroup("chaos/wheel")
        for name, length in (("a", 1_000_000), ("b", 1_000_000), ("c", 3)):
            group.createDimension(name, length)
        group.createVariable("forecast", "f8", ("a", "b", "c"), chunksizes=(1000, 10, 3))
    record = score(tmp_path / "huge.nc", "chaos/wheel")[0]
    assert record.status == "refused" and "1000000" in record.message["got"]


def test_predictions_that_are_not_numbers_are_not_written(tmp_path):
    with pytest.raises(UsageError, match="not predictions"):
        write_predictions(tmp_path / "no.nc", {"chaos/wheel": np.array(["a"])})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs", "a/b", "", "..", "x" * 500, "naïve model!", ".hidden"])
def test_no_name_of_a_model_leads_out_of_the_predictions(name):
    card = Card.model_construct(name=name, digest="0" * 64)  # past the card's own refusal
    place = place_of(card, "toy@1.0", "toy@1.0/chaos/wheel?noise=0.1", 0, "open")
    assert not place.is_absolute() and ".." not in place.parts and place.parts[0] == "predictions"
    assert len(place.parts) == 6 and not any(part.startswith(".") for part in place.parts)
    assert len(slug(name)) <= 80
