"""A model may say, before it forecasts, that a task is not for it; after that its word is a failure."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from dynarena import NotApplicable
from dynarena.errors import DynarenaError
from dynarena.evaluation.child import explain
from dynarena.evaluation.outcome import Limits, interpret


def told(*events):
    return {"exit": 0, "timed_out": False, "over_memory": False, "peak_mb": 1.0, "seconds": 1.0, "events": list(events)}


def test_the_error_keeps_its_facts_across_processes():
    error = pickle.loads(pickle.dumps(NotApplicable("no weights here", fix="give a path")))
    assert isinstance(error, DynarenaError) and type(error) is NotApplicable
    assert error.facts() == {"what": "no weights here", "fix": "give a path"}


@pytest.mark.parametrize(("stage", "status"), [("fit", "not-applicable"), ("predict", "failed")])
def test_it_is_a_failure_once_the_question_has_been_seen(stage, status):
    told_of = explain(NotApplicable("too hard"), stage)
    assert told_of == {"status": status, "facts": {"what": "too hard"}}


def test_no_forged_event_makes_a_task_not_applicable_after_the_fit():
    claim = {"event": "error", "status": "not-applicable", "facts": {"what": "too hard"}, "at": 0.5}
    fitted = {"event": "fitted", "parameters": 1, "at": 0.2}
    statuses = [
        [task.status for task in interpret(told(*events), 2, Limits(), "cpu", "").tasks]
        for events in ([claim], [fitted, claim], [fitted, {**claim, "task": 0}])
    ]
    assert statuses[0] == ["not-applicable"] * 2
    assert "not-applicable" not in statuses[1] + statuses[2]


@pytest.mark.parametrize(
    ("place", "status"), [("__init__", "not-applicable"), ("fit", "not-applicable"), ("forecast", "failed")]
)
def test_a_cell_ends_with_the_model_s_own_reason(place, status, run, write_model):
    says = "raise dynarena.NotApplicable('no weights here', fix='give a path')"
    methods = {"__init__": f"def __init__(self): {says}", "fit": f"def fit(self, train, task): {says}"}
    path = write_model(says if place == "forecast" else write_model.last, methods=methods.get(place, ""))
    text = Path(path).read_text()
    Path(path).write_text("import dynarena\n" + text)
    (record,) = run(path, "chaos/wheel")
    assert record.status == status
    assert record.message == {"what": "no weights here", "fix": "give a path"}
    assert record.values == {} and record.error == []
