"""What a benchmark's page says, as plain values for its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dynarena.publishing import sections, text
from dynarena.publishing.canvas import style
from dynarena.publishing.table import Table, between, board_table
from dynarena.ranking.board import Board

CLASS_TITLES = {
    "nothing": ("Knows nothing", "learns from data alone"),
    "family": ("Knows the family", "told the kind of equations, not their coefficients"),
    "equations": ("Knows the equations", "integrates them: a ceiling, not a rival"),
}
BAR_WIDTH = 150


@dataclass(frozen=True)
class Axis:
    """The scale of the interval bars: skill `low` to 1 on BAR_WIDTH pixels."""

    low: float

    def at(self, skill: float | None) -> float | None:
        """Pixel of a skill, cut at the ends."""
        if skill is None:
            return None
        share = (min(max(skill, self.low), 1.0) - self.low) / (1.0 - self.low)
        return round(6 + share * (BAR_WIDTH - 12), 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Pixels and labels of the marked skills."""
        values = [v for v in (-1.0, -0.5, 0.0, 0.5, 1.0) if v >= self.low]
        return [(self.at(v) or 0.0, f"{v:g}".replace("-", "−")) for v in values]


def axis(table: Table) -> Axis:
    """From -1, -0.5 or -0.25, whichever shows every row that is not far below the reference."""
    lows = [v for row in table.rows for v in (row["skill"], row["low"]) if v is not None]
    lowest = min(lows, default=0.0)
    return Axis(next((low for low in (-0.25, -0.5) if lowest >= low), -1.0))


def table_rows(board: Board, table: Table) -> list[dict[str, Any]]:
    """Rows with raw values, texts and the pixels of their bars."""
    scale = axis(table)
    rows = []
    for number, (raw, written) in enumerate(zip(table.rows, table.written(), strict=True)):
        texts = dict(zip((c.key for c in table.columns), written, strict=True))
        status = board.table.iloc[number]
        bar = {key: scale.at(raw[key]) for key in ("skill", "low", "high", "low_systems", "high_systems")}
        below = raw["skill"] is not None and raw["skill"] < scale.low
        rows.append({
            "raw": raw, "text": texts | _intervals(raw), "bar": bar, "below": below,
            "number": number, "partial": bool(status.partial), "conflict": bool(status.conflict),
            "colour": style(number)[0], "dash": _css_dash(style(number)[1]),
        })  # fmt: skip
    return rows


def _intervals(raw: dict[str, Any]) -> dict[str, str]:
    return {
        "interval": between(raw["low"], raw["high"]),
        "interval_systems": between(raw["low_systems"], raw["high_systems"]),
    }


def _css_dash(dash: Any) -> str:
    return "none" if isinstance(dash, str) else " ".join(str(2 * part) for part in dash[1])


def classes(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of models with a score, grouped by what the models know, in the board's order."""
    scored = [row for row in rows if not declined(row)]
    return [
        {"title": CLASS_TITLES[knows][0], "about": CLASS_TITLES[knows][1], "rows": list(group)}
        for knows, group in groupby(scored, key=lambda row: row["raw"]["knows"])
    ]


def declined(row: dict[str, Any]) -> bool:
    """Whether the model declared every task not applicable: it is named below the table."""
    return bool(row["raw"]["coverage"] == 0)


def heat(board: Board) -> dict[str, Any]:
    """Skill by model and system: {"systems": names, "rows": [(model, [cell])]}; a cell has text, tone, title."""
    frame = board.systems.set_index(["model", "system"])
    systems = list(dict.fromkeys(task.system for task in board.lock.tasks))
    rows = [
        (text.label(model), [_heat_cell(frame.loc[(model, system)]) for system in systems]) for model in _scored(board)
    ]
    return {"systems": systems, "rows": rows}


def _scored(board: Board) -> list[str]:
    return list(board.table.model[board.table.coverage > 0])


_MARKS = {"ok": "", "not-applicable": "", "conflict": " ⚡"}


def _heat_cell(row: Any) -> dict[str, Any]:
    if row.status == "not-applicable":
        return {"text": "n/a", "tone": "na", "title": "declared not applicable"}
    mark = _MARKS.get(row.status, " ✕")
    shade = round(min(abs(row.skill), 1.0) * 8)
    tone = ("up" if row.skill >= 0 else "down") + str(shade) if shade else "flat"
    detail = f"{row.status}; r = {row.r:.3g}; e = {text.significant(row.error)}; value {text.significant(row.value)}"
    return {"text": text.fixed(row.skill, 2) + mark, "tone": tone, "title": detail}


def metrics(board: Board) -> dict[str, Any]:
    """Mean of each metric over the systems, a row a model; the best of those that do not know the equations is marked.

    Metrics that no system of the board has (as a drift where nothing is conserved) are named in `absent` instead.
    """
    means = board.metrics.groupby(["metric", "model"], sort=False)["value"].mean()
    columns = [(m, means.get(m.name)) for m in board.lock.metrics]
    shown = [(m, column) for m, column in columns if column is not None and column.notna().any()]
    rivals = set(board.table.model[board.table.knows != "equations"])
    best = {m.name: _best(m.perfect, m.better, column[column.index.isin(rivals)]) for m, column in shown}
    rows = [
        (label, [_metric_cell(column, label, best[m.name] if label in rivals else None) for m, column in shown])
        for label in _scored(board)
    ]
    absent = [m.name for m, _ in columns if m.name not in best]
    named = [(text.label(label), cells) for label, cells in rows]
    return {"columns": [m for m, _ in shown], "rows": named, "absent": absent}


def _best(perfect: float | str | None, better: str, column: Any) -> float | None:
    values = [] if column is None else [float(v) for v in column.dropna()]
    if not values:
        return None
    if isinstance(perfect, float | int):
        return min(values, key=lambda value: abs(value - perfect))
    return max(values) if better == "higher" else min(values)


def _metric_cell(column: Any, model: str, best: float | None) -> dict[str, Any]:
    value = None if column is None else column.get(model)
    shown = text.significant(None if value is None else float(value), 3)
    return {"text": shown, "best": best is not None and value is not None and float(value) == best}


def facts(board: Board) -> dict[str, Any]:
    """Counts for the strip below a title."""
    cells = [entry for contender in board.contenders for entry in contender.entries.values()]
    return {
        "models": len(board.table),
        "systems": len({task.system for task in board.lock.tasks}),
        "tasks": len(board.lock.tasks),
        "cells": sum(len(entry.records) for entry in cells),
        "failed": sum(entry.failed for entry in cells if entry.status != "not-applicable"),
    }


def context(board: Board) -> dict[str, Any]:
    """Everything of a board that its page and its card show."""
    table = board_table(board)
    rows = table_rows(board, table)
    return {
        "board": board, "lock": board.lock, "slug": text.slug(board.id), "table": table, "rows": rows,
        "classes": classes(rows), "axis": axis(table), "bar_width": BAR_WIDTH, "heat": heat(board),
        "metrics": metrics(board), "facts": facts(board), "left_out": board.left_out,
        "declined": [row["text"]["model"] for row in rows if declined(row)],
        "tasks": sections.tasks(board), "models": sections.models(board),
        "about": {column.key: column.about for column in table.columns},
        "has_win_rate": any(row["win_rate"] is not None for row in table.rows),
    }  # fmt: skip
