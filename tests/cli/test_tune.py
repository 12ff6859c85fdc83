"""Tuning: equal trials, judged on a benchmark's own board, the best kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynarena.cli.main import main
from dynarena.evaluation.freeze import freeze
from dynarena.suite import find

BENCHMARK = """schema = 1
version = "0.1"
title = "Tuning"
systems = ["chaos/rossler"]
[protocol]
dt = 0.2
train = { trajectories = 3, points = 40 }
context = { points = 4 }
horizon = { points = 6 }
test = { trajectories = 4, split = "val" }
[metrics]
primary = "nrmse"
"""
MODEL = '''"""Shrink."""
from dynarena import Forecaster


class Shrink(Forecaster):
    """u[t+h] = factor u[t]."""

    name = "shrink"
    search = {"factor": [0.0, 1.0, 5.0]}

    def __init__(self, factor=5.0):
        self.factor = factor

    def forecast(self, context, horizon):
        return self.factor * context[:, -1:].expand(-1, horizon, -1)
'''


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    return int(left.value.code or 0)


def test_the_best_setting_on_the_val_split_is_chosen_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = tmp_path / "s"
    (suite / "benchmarks" / "locks").mkdir(parents=True)
    (suite / "benchmarks" / "tuning.toml").write_text(BENCHMARK)
    monkeypatch.setenv("DYNARENA_SUITE", str(suite))
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))
    lock = freeze(find("benchmarks", "tuning"))
    assert lock.tasks[0].splits["test"].split == "val"
    (suite / "benchmarks" / "locks" / "tuning@0.1.json").write_text(lock.to_text())
    model = tmp_path / "shrink.py"
    model.write_text(MODEL)
    words = ["tune", str(model), "--benchmark", "tuning", "--trials", "4", "--out", str(tmp_path / "out")]
    assert run(*words) == 0
    assert "best: factor = 1.0" in capsys.readouterr().err
    outcome = json.loads((tmp_path / "out" / "shrink.json").read_text())
    assert outcome["chosen"] == {"factor": 1.0} and outcome["benchmark"] == lock.id
    assert len(outcome["trials"]) == 4 and outcome["trials"][0]["settings"] == {}
    skills = {trial["settings"].get("factor", 5.0): trial["skill"] for trial in outcome["trials"]}
    assert skills[1.0] > skills[0.0] > skills[5.0]


def test_a_search_that_is_no_table_of_lists_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "shrink.py"
    model.write_text(MODEL.replace("[0.0, 1.0, 5.0]", "0.5"))
    assert run("tune", str(model)) == 2
    assert "wrong value for search" in capsys.readouterr().err
