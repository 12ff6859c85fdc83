"""The examples of a board: one test trajectory of each system, with what the best models and the anchors made of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dynarena.data.tasks import TaskData
from dynarena.errors import DynarenaError
from dynarena.evaluation.predictions import load_forecast
from dynarena.publishing.example import Example, Values
from dynarena.ranking.board import Board
from dynarena.schema.lock import TaskLock
from dynarena.schema.record import Record

N_BEST = 3


def gather_examples(board: Board, home: Path) -> dict[str, Example]:
    """By system: the test trajectory on which the best model's error is its median, and the forecasts of it.

    Only models whose predictions are stored under `home` appear; a system without any shows the truth alone.
    """
    examples: dict[str, Example] = {}
    shown = _shown(board)
    for task in board.lock.tasks:
        if task.system in examples:
            continue
        records = [(label, record) for label in shown if (record := _record(board, label, task.id)) is not None]
        examples[task.system] = _example(board, task, records, home)
    return examples


def _shown(board: Board) -> list[str]:
    """The best models that know nothing, the best of the other classes, then the anchors."""
    table = board.table
    best = [
        label
        for knows, rows in table.groupby("knows", sort=False)
        for label in rows["model"].head(N_BEST if knows == "nothing" else 1)
    ]
    anchors = list(table["model"][table["anchor"] != ""])
    return list(dict.fromkeys([*best, *anchors]))


def _record(board: Board, label: str, task: str) -> Record | None:
    contender = next(c for c in board.contenders if c.label == label)
    entry = contender.entries.get(task)
    return next((record for record in entry.records if record.status == "ok"), None) if entry else None


def _example(board: Board, task: TaskLock, records: list[tuple[str, Record]], home: Path) -> Example:
    data = TaskData(board.lock, task, season=board.season)
    index = _typical(records)
    forecasts: dict[str, Values] = {}
    for label, record in records:
        try:
            stored = load_forecast(home, record.predictions)
        except DynarenaError:
            continue
        one = stored[0, index] if stored.ndim == len(task.dims) + 3 else stored[index]
        forecasts[label] = _scaled(one)
    truth = data.truth[data.task.variable].values[index]
    return Example(
        kind=data.task.kind,  # type: ignore[arg-type]
        truth=_scaled(truth),
        forecasts=forecasts,
        times=np.arange(1, task.horizon + 1) * task.dt / task.timescale,
        channels=tuple(channel.name for channel in data.task.channels),
        grid={axis: np.asarray(values) for axis, values in data.task.grid.items()},
        discrete=task.spec["engine"] == "map",
    )


def _typical(records: list[tuple[str, Record]]) -> int:
    """The trajectory on which the first model with values of every trajectory has its median error."""
    for _, record in records:
        if len(record.error) > 1:
            return int(np.argsort(record.error)[len(record.error) // 2])
    return 0


def _scaled(values: Values) -> Values:
    return np.asarray(values / 255 if values.dtype == np.uint8 else values, dtype=np.float64)
