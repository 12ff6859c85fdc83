"""The one table from which the page, the terminal and every export are made."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dynarena.publishing import text
from dynarena.ranking.board import Board


@dataclass(frozen=True)
class Column:
    """A column: its key in the board's table, its heading, what it means, how a value is written."""

    key: str
    heading: str
    about: str
    write: Callable[[Any], str]
    numeric: bool = True


@dataclass(frozen=True)
class Table:
    """Rows of raw values under named columns. Raw values are str, int, float, bool or None."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    def written(self) -> list[list[str]]:
        """Every value as text, row by row."""
        return [[column.write(row[column.key]) for column in self.columns] for row in self.rows]


def _text(value: Any) -> str:
    return text.label(str(value)) if value else ""


def _seeds(value: Any) -> str:
    return "1*" if value == 1 else str(value)


COLUMNS = (
    Column("place", "Place", "range of places that the data leave open (95 %, Holm), within a class", str, False),
    Column("model", "Model", "the name the model gives itself", _text, False),
    Column("knows", "Knows", "class of information: nothing, the family of equations, or the equations", _text, False),
    Column("anchor", "Anchor", "a row that stands in every table", _text, False),
    Column("tier", "Tier", "core models are the suite's own", _text, False),
    Column("skill", "Skill", "1 is perfect, 0 is the reference", text.fixed),
    Column("low", "Low", "95 % interval on these systems", text.fixed),
    Column("high", "High", "95 % interval on these systems", text.fixed),
    Column("low_systems", "Low, systems", "95 % interval on systems like these", text.fixed),
    Column("high_systems", "High, systems", "95 % interval on systems like these", text.fixed),
    Column("seeds", "Seeds", "fit seeds; * = 1 seed: no seed interval", _seeds),
    Column("failed_share", "Failed", "share of cells without a finite answer (each counts r = 4)", text.percent),
    Column("coverage", "Coverage", "share of tasks the model accepts", text.percent),
    Column("win_rate", "Win rate", "against the frozen panel", text.percent),
    Column("loo_low", "Best place", "place by skill alone when any one system is left out", text.count),
    Column("loo_high", "Worst place", "place by skill alone when any one system is left out", text.count),
    Column("fit_s", "Fit", "seconds to fit, all tasks, one seed", text.seconds),
    Column("predict_s", "Predict", "seconds to predict, all tasks, one seed", text.seconds),
    Column("parameters", "Parameters", "of the largest fitted model", text.count),
    Column("memory_mb", "Memory (MB)", "peak of any cell", text.count),
    Column("device", "Device", "where it ran", _text, False),
    Column("digest", "Digest", "identity of the model's code and settings", _text, False),
)


def between(low: float | None, high: float | None) -> str:
    """An interval to two decimals."""
    return "none" if low is None else f"{text.fixed(low, 2)} … {text.fixed(high, 2)}"


def board_table(board: Board) -> Table:
    """The board as a table: a row a model, in the board's order."""
    rows = tuple(
        {column.key: _plain(value) for column, value in zip(COLUMNS, values, strict=True)}
        for values in board.table[[column.key for column in COLUMNS]].itertuples(index=False, name=None)
    )
    return Table(f"{board.lock.title} ({board.id})", COLUMNS, rows, tuple(notes(board)))


def _plain(value: Any) -> Any:
    """A JSON-able value: numpy scalars become Python's, what is missing becomes None."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() and abs(value) >= 1e15 else value
    return value


def notes(board: Board) -> list[str]:
    """What a reader must know beside the numbers."""
    table = board.table
    told = [f"lock {board.lock.digest[:12]}, scorer {board.scorer_digest[:12]}, season {board.season}"]
    if (table.seeds == 1).any():
        told.append("* 1 seed: the interval holds no seed variation")
    if table.partial.any():
        told.append(f"{text.DASH} partial: some tasks were declared not applicable; scored on the others, not placed")
    if table.conflict.any():
        told.append("conflict: two outcomes under one key for " + _names(table[table.conflict].model))
    if board.left_out:
        told.append(f"{len(board.left_out)} record(s) left out: made under another lock, scorer or test set")
    return told


def _names(names: Any) -> str:
    return ", ".join(text.label(name) for name in names)


def frame_table(title: str, frame: Any) -> Table:
    """Any tidy frame as a table, numbers to four significant digits."""
    columns = []
    for key in frame.columns:
        numeric = frame[key].dtype.kind in "fiu"
        columns.append(Column(key, key, "", text.significant if numeric else _text, numeric))
    rows = tuple({k: _plain(v) for k, v in row.items()} for row in frame.to_dict("records"))
    return Table(title, tuple(columns), rows)
