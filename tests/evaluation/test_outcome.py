"""Outcomes: what the child claims is bounded, what the warm parent saw decides."""

from __future__ import annotations

import pytest

from dynarena.evaluation.outcome import Limits, interpret

LIMITS = Limits(timeout_s=9, memory_mb=100)


def told(*events, **seen):
    return {
        "exit": 0,
        "timed_out": False,
        "over_memory": False,
        "peak_mb": 5.0,
        "seconds": 3.0,
        "events": list(events),
        **seen,
    }


LOADED = {"event": "loaded", "samples": 1, "at": 0.1}
FITTED = {"event": "fitted", "parameters": 12, "at": 1.0}


def test_times_are_those_at_which_the_steps_were_seen():
    events = [
        LOADED,
        FITTED,
        {"event": "predicted", "task": 0, "at": 1.5},
        {"event": "predicted", "task": 1, "at": 2.5},
    ]
    outcome = interpret(told(*events), 2, LIMITS, "cpu", "")
    assert [task.status for task in outcome.tasks] == ["ok", "ok"]
    assert [task.predict_s for task in outcome.tasks] == [0.5, 1.0]
    assert (outcome.cost.fit_s, outcome.cost.total_s, outcome.cost.parameters) == (1.0, 3.0, 12)


@pytest.mark.parametrize(
    ("seen", "status", "telling"),
    [
        ({"timed_out": True, "exit": -9}, "timeout", "9 s"),
        ({"over_memory": True, "exit": -9}, "out-of-memory", "100 MiB"),
        ({"exit": -9}, "out-of-memory", "killed"),
        ({"exit": -11}, "failed", "SIGSEGV"),
        ({"exit": 3}, "failed", "status 3"),
        ({"exit": -77}, "failed", "signal 77"),
    ],
)
def test_the_way_a_process_ends_decides_for_the_tasks_it_left(seen, status, telling):
    first, second = interpret(
        told(LOADED, FITTED, {"event": "predicted", "task": 0, "at": 2.0}, **seen), 2, LIMITS, "cpu", "bye"
    ).tasks
    assert first.status == "ok" and second.status == status
    assert telling in " ".join(second.message.values()) and second.message["fix"] and second.message["log"] == "bye"


def test_a_failure_in_fit_holds_for_every_task():
    event = {"event": "error", "status": "out-of-memory", "facts": {"what": "no room"}, "at": 1.0}
    assert [task.status for task in interpret(told(LOADED, event), 2, LIMITS, "cpu", "").tasks] == ["out-of-memory"] * 2


@pytest.mark.parametrize(
    "event",
    [
        {"event": "error", "task": 0, "status": "ok", "facts": {}, "at": 1.0},
        {"event": "error", "task": 0, "status": ["failed"], "facts": [1], "at": 1.0},
        {"event": "error", "task": 0, "status": "failed", "facts": {"what": "x" * 10**6}, "at": 1.0},
        {"event": "error", "task": 0, "at": 1.0},
        {"event": "predicted", "task": 7, "at": 1.0},
        {"event": "predicted", "task": "0", "at": 1.0},
        {"event": "predicted", "task": True, "at": 1.0, "x": 1},
        {"event": 5, "at": 1.0},
    ],
)
def test_forged_events_never_make_more_than_a_failure(event):
    (task,) = interpret(told(LOADED, FITTED, event), 1, LIMITS, "cpu", "").tasks
    assert task.status == "failed" and sum(map(len, task.message.values())) < 5000


@pytest.mark.parametrize("claim", [float("nan"), float("inf"), -1, 10**30, "many", True, None, [1]])
def test_forged_counts_are_left_out(claim):
    fitted = {**FITTED, "parameters": claim}
    outcome = interpret(told({**LOADED, "samples": claim}, fitted), 1, LIMITS, "cpu", "")
    assert outcome.cost.parameters is None and outcome.samples == 1
