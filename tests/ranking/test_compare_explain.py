from __future__ import annotations

import numpy as np
import pytest

from dynarena.errors import UnknownName, UsageError
from dynarena.ranking import build_board, compare, explain
from dynarena.schema.record import Record


def test_difference_is_that_of_the_skills_and_flips_with_the_order(toys):
    lock = toys.lock()
    board = build_board(toys.records(lock, "a", [0.4] * 3, rng=1) + toys.records(lock, "b", [0.7] * 3, rng=2), lock)
    skills = board.table.set_index("model").skill
    there, back = compare(board, "a", "b"), compare(board, "b", "a")
    assert there.difference == pytest.approx(skills["a"] - skills["b"])
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert 0 < there.low < there.difference < there.high
    assert "a is better than b" in there.verdict and "a is better than b" in back.verdict
    assert there.systems.system.tolist() == ["chaos/a", "chaos/b", "chaos/c"]
    assert (there.systems.low < there.systems.difference).all()


def test_pairing_sees_through_difficulty_that_both_models_share(toys):
    lock = toys.lock()
    hard = np.random.default_rng(0).standard_normal(20) * 0.4
    records = [
        toys.record(lock, t.system, name, 0.6 + shift + hard)
        for t in lock.tasks
        for name, shift in (("a", 0), ("b", 0.05))
    ]
    board = build_board(records, lock)
    table = board.table.set_index("model")
    assert table.low["a"] < table.skill["b"]
    assert compare(board, "a", "b").low > 0 and compare(board, "a", "b").p < 1e-6


def test_a_model_against_its_copy_cannot_be_told_apart(toys):
    lock = toys.lock()
    board = build_board(toys.records(lock, "a", [0.4] * 3, rng=1) + toys.records(lock, "b", [0.4] * 3, rng=1), lock)
    result = compare(board, "a", "b")
    assert result.difference == 0 and result.p == 1 and "cannot be told apart" in result.verdict


def test_partial_models_are_compared_on_common_systems_only(toys):
    lock = toys.lock()
    part = [*toys.records(lock, "part", [0.4] * 3)[:2], toys.record(lock, "chaos/c", "part", "not-applicable")]
    board = build_board(part + toys.records(lock, "full", [0.6, 0.6, 3.0]), lock)
    assert compare(board, "part", "full").systems.system.tolist() == ["chaos/a", "chaos/b"]
    none = [toys.record(lock, system, "none", "not-applicable") for system in ("chaos/a", "chaos/b", "chaos/c")]
    with pytest.raises(UsageError, match="no system in common"):
        compare(build_board(none + part, lock), "none", "part")


def test_unknown_model_suggests_the_nearest(toys):
    lock = toys.lock()
    with pytest.raises(UnknownName, match="unknown model 'linear-map'") as caught:
        compare(build_board(toys.records(lock, "linear_map", [0.5] * 3), lock), "linear-map", "linear_map")
    assert "'linear_map'" in str(caught.value)


def test_explanation_shows_the_way_from_value_to_ratio(toys):
    lock = toys.lock(n_trajectories=4)
    told = explain(toys.record(lock, "chaos/a", "m", [0.2, 0.9, 0.5, 0.8]), lock, n_worst=2)
    assert told.error == pytest.approx(0.6) and told.r == pytest.approx(0.5)
    assert [index for index, _ in told.worst] == [1, 3]
    text = str(told)
    assert all(
        part in text for part in ("nrmse = 0.6", "f = 0.1", "b = 1.1", "1 (e = 0.9)", "skill of this cell = 0.5")
    )
    assert "clipped" not in text
    assert "clipped" in str(explain(toys.record(lock, "chaos/a", "m", [9.0] * 4), lock))


def test_a_stored_message_is_told_from_what_to_fix(toys):
    record = toys.record(
        toys.lock(), "chaos/a", "m", "failed", message={"fix": "f", "what": "w", "log": "l", "got": "g"}
    )
    assert [name for name, _ in Record.from_line(record.to_line()).told] == ["what", "got", "fix", "log"]


def test_explanation_of_a_failure_gives_its_message(toys):
    lock = toys.lock()
    record = toys.record(lock, "chaos/a", "m", "timeout", message={"what": "took 600 s", "fix": "fit less"})
    text = str(explain(record, lock))
    assert "timeout: counts as r = 4" in text and "took 600 s" in text and "fit less" in text
    assert "left out" in str(explain(toys.record(lock, "chaos/a", "m", "not-applicable"), lock))


def test_explanation_of_a_foreign_record_is_refused(toys):
    lock = toys.lock()
    with pytest.raises(UsageError, match="not in the lock"):
        explain(toys.record(lock, "chaos/a", "m", [0.1] * 20, task="x@1.0/chaos/a"), lock)
