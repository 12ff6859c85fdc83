"""The published boards, as anyone recomputes them from the records in the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynarena.data.benchmarks import frozen_names, load_lock
from dynarena.evaluation.loading import locate
from dynarena.evaluation.scoring import Scorer
from dynarena.evaluation.shelf import published_files
from dynarena.evaluation.store import from_jsonl, merge
from dynarena.ranking.board import Board, build_board
from dynarena.schema.record import Record
from dynarena.suite import items

QUICK = [name for name in frozen_names() if name.endswith(".quick") and published_files(name)]
FORECASTS = ("chaos-forecast", "pde-forecast", "video-physics")
ANCHORS = {"oracle", "linear_map", "persistence", "climatology"}
CORE = {item.name for item in items("baselines") if locate(item.id).card.tier == "core"}


def published(name: str) -> list[Record]:
    return [record for path in published_files(name) for record in from_jsonl(path)]


@pytest.fixture(scope="module", params=QUICK)
def board(request: pytest.FixtureRequest) -> Board:
    return build_board(published(request.param), load_lock(request.param))


def forecasts(name: str) -> bool:
    """Whether a board asks for forecasts by models of one system each."""
    lock = load_lock(name)
    return lock.ask == "forecast" and lock.fit == "per_task"


def test_every_core_baseline_stands_on_every_quick_board_and_none_failed(board: Board) -> None:
    """On the boards of fields beside `pde-forecast` at least the anchor rows do, where they can be asked."""
    name = board.lock.name
    wanted = ANCHORS if name.startswith("pde-") and name not in FORECASTS else CORE
    if not forecasts(board.lock.id):
        wanted = {board.lock.reference_baseline}
    assert set(board.table["model"]) >= wanted
    assert not board.left_out
    assert (board.table["failed_share"][board.table["tier"] == "core"] == 0).all()


def test_the_oracle_is_on_top_where_it_sees_the_state_and_climatology_at_zero(board: Board) -> None:
    skill = board.table.set_index("model")["skill"].dropna()
    assert skill[board.lock.reference_baseline] == 0
    if not forecasts(board.lock.id):
        assert "oracle" not in skill or board.lock.ask == "forecast"
        return
    hidden = any(task.view is not None for task in board.lock.tasks)
    noisy = any(task.noise for task in board.lock.tasks)
    assert ("oracle" in skill) == (not hidden)
    if not hidden and not noisy:
        assert skill["oracle"] == skill.max()  # a solver that the floor of the ratio cannot tell from it may tie
        assert skill["oracle"] > 0.9
    if board.lock.name in FORECASTS:
        assert skill["oracle"] > 0.985


def test_learned_models_beat_persistence_somewhere_they_can(board: Board) -> None:
    skill = board.table.set_index("model")["skill"].dropna()
    if board.lock.ask != "forecast":
        assert skill.max() > 0.5 > skill[board.lock.reference_baseline]
        return
    if not set(board.table["model"]) >= CORE:
        return  # a board of anchor rows: no learned model of fields stands there yet
    told = board.table.loc[board.table["knows"] == "equations", "model"]
    blind = skill.drop([*told, "climatology", "persistence", "drift"], errors="ignore")
    assert blind.max() > skill["persistence"] + (0.15 if board.lock.name in FORECASTS else 0.05)


def test_published_records_agree_with_lock_and_scorer_of_today(root: Path) -> None:
    for name in QUICK:
        lock = load_lock(name)
        records = published(name)
        assert {record.lock_digest for record in records} == {lock.digest}
        assert {record.scorer_digest for record in records} == {Scorer(lock).digest}
        assert merge(records).conflicts == []
        tests = {task.id: task.splits["test"].digest for task in lock.tasks}
        assert all(record.data_digest == tests[record.task] for record in records)


def test_locks_name_the_metrics_of_today(root: Path) -> None:
    for name in frozen_names():
        lock = load_lock(name)
        fresh = {metric.name: metric.digest for metric in Scorer(lock).metrics}
        assert {metric.name: metric.digest for metric in lock.metrics} == fresh, name


@pytest.mark.parametrize("name", QUICK)
def test_a_sceptic_gets_the_published_numbers(name: str) -> None:
    import dynarena

    reference = load_lock(name).reference_baseline
    for model in ("persistence", "climatology") if reference == "climatology" else (reference,):
        theirs = {record.task: record for record in published(name) if record.model.name == model}
        for record in dynarena.evaluate(model, name).records:
            assert record.model.digest == theirs[record.task].model.digest
            assert record.error == pytest.approx(theirs[record.task].error, rel=1e-6, abs=1e-9)
