"""What was tuned was tuned under the one budget, and stands at the best it found."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from dynarena.cli.tune import TRIALS
from dynarena.data.benchmarks import load_lock
from dynarena.evaluation.loading import locate
from dynarena.evaluation.trials import trials
from dynarena.suite import items

OUTCOMES = Path(__file__).parents[2] / "baselines" / "_tuned"
TUNED = sorted(path.stem for path in OUTCOMES.glob("*.json"))


def outcome(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((OUTCOMES / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize("name", TUNED)
def test_as_many_settings_were_tried_as_of_every_other_model(name: str) -> None:
    tried = [trial["settings"] for trial in outcome(name)["trials"]]
    assert tried == trials(locate(name).search, TRIALS, name)
    assert outcome(name)["lock"] == load_lock(outcome(name)["benchmark"]).digest


@pytest.mark.parametrize("name", TUNED)
def test_the_model_stands_at_the_best_setting_that_was_tried(name: str, tools: Any) -> None:
    found = outcome(name)
    best = max(found["trials"], key=lambda trial: trial["skill"])
    assert found["chosen"] == best["settings"]
    stated = inspect.signature(tools.model_class(name)).parameters
    assert {key: stated[key].default for key in found["chosen"]} == found["chosen"]


def test_outcomes_are_of_models_that_state_what_may_be_tuned() -> None:
    assert TUNED and set(TUNED) <= {item.name for item in items("baselines") if locate(item.id).search}
