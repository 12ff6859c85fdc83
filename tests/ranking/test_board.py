from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from dynarena.ranking import build_board

SYSTEMS = ("chaos/a", "chaos/b", "chaos/c")


def constant(toys, lock, model, values, **changes):
    return toys.records(lock, model, values, noise=0.0, **changes)


def test_reference_is_zero_and_floor_is_099_and_all_failed_is_minus_three(toys, row):
    lock = toys.lock()
    records = constant(toys, lock, "climatology", [1.1] * 3) + constant(toys, lock, "truth", [0.1] * 3)
    records += [toys.record(lock, system, "crash", "failed") for system in SYSTEMS]
    board = build_board(records, lock)
    assert row(board, "climatology").skill == 0.0
    assert row(board, "truth").skill == pytest.approx(0.99)
    assert row(board, "crash").skill == pytest.approx(-3.0)
    assert row(board, "crash").failed_share == 1.0
    assert row(board, "climatology")[["low", "high"]].tolist() == [0.0, 0.0]


def test_skill_is_one_minus_the_geometric_mean_over_systems_of_that_over_tasks(toys, row):
    tasks = [toys.task("chaos/a?n=0", 4, "chaos/a"), toys.task("chaos/a?n=1", 4, "chaos/a"), toys.task("chaos/b", 4)]
    lock = toys.lock(tasks=tasks)
    board = build_board(constant(toys, lock, "m", [0.2, 0.5, 1.7]), lock)
    assert row(board, "m").skill == pytest.approx(1 - np.sqrt(np.sqrt(0.1 * 0.4) * 1.6))
    assert board.systems.set_index("system").r.to_dict() == pytest.approx({"chaos/a": 0.2, "chaos/b": 1.6})


def test_seeds_are_averaged_before_the_logarithm(toys, row):
    lock = toys.lock(["chaos/a"])
    records = [toys.record(lock, "chaos/a", "m", [e] * 20, seed=i) for i, e in enumerate([0.3, 0.9])]
    board = build_board(records, lock)
    assert row(board, "m").skill == pytest.approx(1 - 0.5)
    assert row(board, "m").seeds == 2 and row(board, "m").seed_interval
    assert row(board, "m").low < 0.5 < row(board, "m").high


@pytest.mark.parametrize("status", ["failed", "timeout", "out-of-memory", "non-finite", "refused"])
def test_failing_never_beats_a_finite_answer(toys, row, status):
    lock = toys.lock()
    honest = constant(toys, lock, "honest", [0.5, 0.5, 1e9])
    fails = constant(toys, lock, "fails", [0.5, 0.5, 1e9])[:2] + [toys.record(lock, "chaos/c", "fails", status)]
    board = build_board(honest + fails, lock)
    assert row(board, "fails").skill == row(board, "honest").skill
    assert row(board, "fails").failed_share == pytest.approx(1 / 3)
    better = build_board(constant(toys, lock, "honest", [0.5, 0.5, 3.9]) + fails, lock)
    assert row(better, "honest").skill > row(better, "fails").skill


def test_leaving_out_the_systems_where_one_loses_lowers_the_score(toys, row):
    lock = toys.lock()
    honest = constant(toys, lock, "honest", [0.3, 0.3, 1.9])
    board = build_board(honest + constant(toys, lock, "omits", [0.3, 0.3, 1.9])[:2], lock)
    assert row(board, "omits").skill < row(board, "honest").skill
    assert board.systems.set_index(["model", "system"]).status["omits", "chaos/c"] == "missing"


def test_a_failing_seed_lowers_the_score(toys, row):
    lock = toys.lock()
    good = constant(toys, lock, "good", [0.4] * 3, seeds=2)
    shaky = constant(toys, lock, "shaky", [0.4] * 3, seeds=2)[:-1]
    board = build_board(good + shaky, lock)
    assert row(board, "shaky").skill < row(board, "good").skill
    assert row(board, "shaky").failed_share == pytest.approx(1 / 6)


def test_declared_not_applicable_is_left_out_and_the_row_is_partial_and_not_placed(toys, row):
    lock = toys.lock()
    narrow = constant(toys, lock, "narrow", [0.2] * 3)[:2] + [toys.record(lock, "chaos/c", "narrow", "not-applicable")]
    board = build_board(narrow + constant(toys, lock, "wide", [0.6] * 3), lock)
    assert row(board, "narrow").skill == pytest.approx(0.9)
    assert row(board, "narrow").partial and row(board, "narrow").place == "–"
    assert row(board, "narrow").coverage == pytest.approx(2 / 3) and row(board, "narrow").failed_share == 0
    assert row(board, "wide").place == "1"
    assert board.table.model.tolist() == ["wide", "narrow"]


def test_model_that_accepts_nothing_has_a_row_without_a_score(toys, row):
    lock = toys.lock()
    records = [toys.record(lock, system, "none", "not-applicable") for system in SYSTEMS]
    only = row(build_board(records, lock), "none")
    assert np.isnan(only.skill) and only.coverage == 0 and only.place == "–"


def test_near_copies_of_a_rival_change_nobodys_skill_or_interval(toys, row):
    lock = toys.lock()
    two = toys.records(lock, "a", [0.4] * 3, rng=1) + toys.records(lock, "b", [0.5] * 3, rng=2)
    copies = [r for i in range(5) for r in toys.records(lock, f"copy{i}", [0.5] * 3, rng=2)]
    columns = ["skill", "low", "high", "low_systems", "high_systems"]
    few, many = build_board(two, lock), build_board(two + copies, lock)
    for model in "ab":
        assert row(few, model)[columns].tolist() == row(many, model)[columns].tolist()


def test_order_of_records_changes_nothing(toys):
    lock = toys.lock()
    records = [r for i in range(4) for r in toys.records(lock, f"m{i}", [0.4 + i / 20] * 3, rng=i, seeds=2)]
    shuffled = [records[i] for i in np.random.default_rng(0).permutation(len(records))]
    one, other = build_board(records, lock), build_board(shuffled, lock)
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.systems, other.systems)
    assert [r.id for r in one.records] == [r.id for r in other.records]


def test_classes_of_information_are_ranked_apart(toys, row):
    lock = toys.lock()
    records = constant(toys, lock, "oracle", [0.1] * 3, card={"knows": "equations", "tier": "core"})
    records += constant(toys, lock, "learns", [0.5] * 3) + constant(toys, lock, "slow", [0.8] * 3)
    board = build_board(records, lock)
    assert board.table.model.tolist() == ["learns", "slow", "oracle"]
    assert board.table.place.tolist() == ["1", "2", "1"]
    assert row(board, "oracle").anchor.startswith("ceiling")


def test_a_submission_cannot_call_itself_an_anchor(toys, row):
    lock = toys.lock()
    assert row(build_board(constant(toys, lock, "oracle", [0.5] * 3), lock), "oracle").anchor == ""


def test_one_seed_has_no_seed_interval_and_the_row_says_so(toys, row):
    lock = toys.lock()
    model = row(build_board(toys.records(lock, "m", [0.5] * 3), lock), "m")
    assert model.seeds == 1 and not model.seed_interval and model.low < model.skill < model.high


def test_task_scope_has_only_the_intervals_of_seeds_and_systems(toys, row):
    lock = toys.lock(scope="task")
    records = toys.records(lock, "one", [0.4, 0.5, 0.6], noise=0.0) + toys.records(
        lock, "three", [0.4, 0.5, 0.6], seeds=3
    )
    board = build_board(records, lock)
    assert np.isnan(row(board, "one")[["low", "high"]].astype(float)).all()
    assert row(board, "one").low_systems < row(board, "one").skill < row(board, "one").high_systems
    assert row(board, "three").low < row(board, "three").skill < row(board, "three").high


def test_task_scope_without_seeds_ranks_by_the_differences_over_systems(toys):
    lock = toys.lock([f"chaos/{i}" for i in range(8)], scope="task")
    means = np.linspace(0.3, 1.0, 8)
    records = constant(toys, lock, "a", means) + constant(toys, lock, "b", means + 0.2)
    records += constant(toys, lock, "c", means[::-1] + 0.2)
    assert build_board(records, lock).table.place.tolist() == ["1–2", "2–3", "1–3"]


def test_records_of_another_lock_scorer_or_test_set_are_left_out_and_named(toys):
    lock = toys.lock()
    good = toys.records(lock, "m", [0.5] * 3)
    stale = toys.record(lock, "chaos/a", "stale", [0.0] * 20, lock_digest="0" * 64)
    rescored = toys.record(lock, "chaos/a", "other", [0.0] * 20, scorer_digest="t")
    short = toys.record(lock, "chaos/a", "short", [0.0] * 3)
    strange = toys.record(lock, "chaos/a", "strange", [0.0] * 20, task="toy@1.0/chaos/zz")
    board = build_board([*good, stale, rescored, short, strange], lock)
    assert board.table.model.tolist() == ["m"]
    reasons = {item.model: item.reason for item in board.left_out}
    assert "another lock" in reasons["stale"] and "rescore" in reasons["other"]
    assert "3 errors" in reasons["short"] and "20" in reasons["short"] and "not in the lock" in reasons["strange"]


def test_where_the_lock_gives_no_test_set_a_shorter_answer_counts_as_failed(toys, row):
    task = toys.task("chaos/a", 4).model_copy(update={"splits": {}})
    lock = toys.lock(tasks=[task])
    records = [toys.record(lock, "chaos/a", "m", [0.3] * n, seed=n) for n in (4, 2)]
    assert row(build_board(records, lock), "m").skill == pytest.approx(1 - (0.2 + 4) / 2)


def test_after_a_rescoring_the_new_scorer_counts(toys, row):
    lock = toys.lock()
    old = constant(toys, lock, "m", [0.2] * 3, scorer_digest="z", created="2026-01-01")
    new = constant(toys, lock, "m", [0.6] * 3, scorer_digest="a", created="2026-02-01")
    board = build_board(old + new, lock)
    assert board.scorer_digest == "a" and row(board, "m").skill == pytest.approx(0.5)
    assert len(board.left_out) == 3 and not board.conflicts
    assert row(build_board(old + new, lock, scorer_digest="z"), "m").skill == pytest.approx(0.9)


def test_records_of_other_benchmarks_and_seasons_are_ignored(toys):
    lock = toys.lock()
    other = toys.record(lock, "chaos/a", "x", [0.0] * 20, benchmark="else@1.0", task="else@1.0/chaos/a")
    sealed = toys.records(lock, "m", [0.5] * 3, season="s1")
    assert build_board([other, *sealed], lock).table.empty
    assert build_board([other, *sealed], lock).left_out == ()
    assert build_board(sealed, lock, season="s1").table.model.tolist() == ["m"]


def test_two_outcomes_under_one_key_are_a_conflict_and_the_worse_counts(toys, row):
    lock = toys.lock()
    records = constant(toys, lock, "m", [0.6] * 3)
    lucky = toys.record(lock, "chaos/a", "m", [0.2] * 20)
    board = build_board([*records, lucky], lock)
    assert row(board, "m").skill == pytest.approx(0.5) and row(board, "m").conflict
    assert board.conflicts == (("m", "toy@1.0/chaos/a"),)
    assert not build_board(records + records, lock).conflicts


def test_two_digests_of_one_name_are_two_rows_told_apart(toys):
    lock = toys.lock()
    records = constant(toys, lock, "m", [0.4] * 3, card={"digest": "aaaaaaaa1"})
    records += constant(toys, lock, "m", [0.5] * 3, card={"digest": "bbbbbbbb2"})
    assert build_board(records, lock).table.model.tolist() == ["m (aaaaaaaa)", "m (bbbbbbbb)"]


def test_win_rate_counts_only_the_panel_and_needs_all_of_it(toys, row):
    lock = toys.lock()
    records = constant(toys, lock, "p", [0.5] * 3) + constant(toys, lock, "q", [0.7] * 3)
    records += constant(toys, lock, "m", [0.4, 0.6, 0.7]) + constant(toys, lock, "crowd", [0.2] * 3)
    board = build_board(records, lock, panel=("p", "q"))
    assert row(board, "m").win_rate == pytest.approx((1 / 3 + 2.5 / 3) / 2)
    assert row(board, "p").win_rate == 1.0
    assert np.isnan(row(build_board(records, lock, panel=("p", "absent")), "m").win_rate)


def test_cost_is_that_of_one_seed_over_the_whole_board(toys, row):
    lock = toys.lock()
    model = row(build_board(toys.records(lock, "m", [0.5] * 3, seeds=2), lock), "m")
    assert (model.fit_s, model.predict_s, model.parameters, model.memory_mb) == (6.0, 1.5, 7, 100.0)
    assert model.device == "cpu"


def test_errors_that_are_not_finite_or_overflow_count_as_the_worst(toys, row):
    lock = toys.lock()
    values = dict(zip(SYSTEMS, [np.nan, np.inf, 1e308], strict=True))
    wild = [toys.record(lock, system, "wild", [value] * 20) for system, value in values.items()]
    wild += [toys.record(lock, system, "once", [value] + [0.0] * 19) for system, value in values.items()]
    board = build_board(wild, lock)
    assert row(board, "wild").skill == row(board, "once").skill == pytest.approx(-3.0)


def test_empty_board_has_its_columns(toys):
    board = build_board([], toys.lock())
    assert board.table.empty and "skill" in board.table and board.systems.empty


def test_ranking_never_imports_torch():
    code = "import sys, json, dynarena.ranking; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torch" not in json.loads(done.stdout)


def test_the_lock_is_written_out_once_however_many_records_there_are(toys, monkeypatch):
    """A lock of a hundred tasks is megabytes of text: its digest must not be taken a record."""
    lock = toys.lock(systems=[f"chaos/{letter}" for letter in "abcdefgh"])
    records = constant(toys, lock, "m", [0.5] * 8) + constant(toys, lock, "climatology", [1.1] * 8)
    written, plain = [], type(lock).to_text
    monkeypatch.setattr(type(lock), "to_text", lambda self: written.append(self) or plain(self))
    build_board(records, lock)
    assert len(written) == 1
