"""From a model file in a foreign folder to a published board, as a newcomer goes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dynarena.data.benchmarks import frozen_names, load_lock
from dynarena.data.tasks import TaskData
from dynarena.evaluation.predictions import write_predictions

QUICK = [name for name in frozen_names() if name.endswith(".quick")]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("student")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """Run `dynarena` in the student's folder with a home of its own."""
    environment = {**os.environ, "DYNARENA_HOME": str(folder / "home")}

    def call(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dynarena.cli.main", *map(str, words)]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

    return call


def test_a_ten_line_model_is_checked_submitted_listed_explained_and_published(run: Run, folder: Path) -> None:
    assert run("new", "my_model.py").returncode == 0
    assert run("new", "my_model.py").returncode == 2, "nothing is overwritten"
    checked = run("check", "my_model.py", "-b", "chaos-forecast@1.0.quick")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "context [batch=" in checked.stdout.split("\n", 3)[2]
    submitted = run("submit", "my_model.py", "-b", "chaos-forecast", "--quick")
    assert submitted.returncode == 0, submitted.stderr
    assert "MyModel" in submitted.stdout
    assert "next: dynarena explain" in submitted.stderr
    again = run("submit", "my_model.py", "-b", "chaos-forecast", "--quick", "--json")
    assert {record["status"] for record in json.loads(again.stdout)} == {"ok"}
    listed = json.loads(run("leaderboard", "chaos-forecast", "--quick", "--json").stdout)
    assert "MyModel" in {row["model"] for row in listed["rows"]}
    explained = run("explain", "MyModel/lorenz63")
    assert "valid_prediction_time" in explained.stdout
    published = run("publish", "--out", "site", "--title", "Student")
    assert published.returncode == 0, published.stderr
    assert published.stdout.strip().endswith("site/index.html")
    page = (folder / "site/chaos-forecast-2.0.quick/index.html").read_text()
    assert "MyModel" in page
    assert "MyModel" in (folder / "site/chaos-forecast-2.0.quick/leaderboard.csv").read_text()


@pytest.mark.parametrize("name", QUICK)
def test_the_truth_submitted_as_a_file_scores_perfect(run: Run, folder: Path, name: str) -> None:
    lock = load_lock(name)
    answers = {}
    for task in lock.tasks:
        data = TaskData(lock, task)
        answers[task.id.partition("/")[2]] = data.truth[data.task.variable].values
    write_predictions(folder / "truth.nc", answers)
    scored = run("score", "truth.nc", "-b", name, "--name", "truth", "--json")
    assert scored.returncode == 0, scored.stderr
    for record in json.loads(scored.stdout):
        floor = next(task.floor for task in lock.tasks if task.id == record["task"])
        assert np.mean(record["error"]) <= floor * (1 + 1e-9)
    rows = json.loads(run("leaderboard", name, "--json").stdout)["rows"]
    assert next(row for row in rows if row["model"] == "truth")["skill"] == pytest.approx(0.99, abs=1e-12)


def test_a_truncated_file_of_predictions_is_refused_without_a_traceback(run: Run, folder: Path) -> None:
    whole = folder / "whole.nc"
    write_predictions(whole, {"chaos/lorenz63": np.zeros((2, 3, 3))})
    (folder / "half.nc").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    refused = run("score", "half.nc", "-b", "chaos-forecast", "--quick", "--name", "half")
    assert refused.returncode in (1, 2)
    assert "not a readable file of predictions" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_data_are_built_verified_and_a_changed_number_is_named(run: Run, folder: Path) -> None:
    import xarray as xr

    assert run("data", "build", "chaos-forecast", "--quick").returncode == 0
    verified = run("data", "verify", "chaos-forecast", "--quick", "--json")
    assert verified.returncode == 0
    assert {row["outcome"] for row in json.loads(verified.stdout)} == {"identical"}
    path = next((folder / "home" / "data").rglob("chaos-forecast@2.0.quick/chaos__rossler/test.nc"))
    data = xr.load_dataset(path)
    data["state"].values[17, 5, 1] += 1e-3
    data.to_netcdf(path)
    spoilt = run("data", "verify", "chaos-forecast", "--quick", "--json")
    assert spoilt.returncode == 3
    found = [row for row in json.loads(spoilt.stdout) if row["outcome"] != "identical"]
    assert [(row["system"], row["split"], row["trajectories"]) for row in found] == [("chaos/rossler", "test", [17])]


def test_a_bad_model_leaves_a_typed_cell_and_status_three(run: Run, folder: Path) -> None:
    (folder / "bad.py").write_text(
        "from dynarena import Forecaster\n\n\nclass Bad(Forecaster):\n"
        "    def forecast(self, context, horizon):\n        return context[:, -1:]\n"
    )
    done = run("submit", "bad.py", "-b", "chaos-forecast", "--quick")
    assert done.returncode == 3
    for part in ("refused", "expected", "got", "fix"):
        assert part in done.stderr
    assert "Traceback" not in done.stderr
