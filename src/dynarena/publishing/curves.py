"""Lines and points of models against lead time and against cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from dynarena.publishing.canvas import SOFT, figure, style
from dynarena.publishing.labels import annotate
from dynarena.publishing.text import label
from dynarena.ranking.board import Board
from dynarena.ranking.cells import Entry

Curve = tuple[list[float], list[float]]
LOWEST = -1.0  # skill below this is drawn at it


def curve_name(board: Board) -> str | None:
    """The metric whose curve is drawn: the primary one where it has curves, else the one most cells have."""
    names = [name for record in board.records for name in record.curves]
    if not names or board.lock.primary.name in names:
        return board.lock.primary.name if names else None
    return max(sorted(set(names)), key=names.count)


def curve_heading(board: Board, metric: str) -> str:
    """What the curve shows: of a metric that counts time, the error that it waits for."""
    counts_time = any(entry.name == metric and entry.perfect == "horizon" for entry in board.lock.metrics)
    return f"error behind {metric}" if counts_time else metric


def lead_curves(board: Board, system: str, metric: str) -> dict[str, Curve]:
    """(lead times in timescales, mean over seeds) of each model on the first task of `system`."""
    curves = {}
    for contender in board.contenders:
        entry = next((e for e in contender.entries.values() if e.task.system == system), None)
        if entry is not None and (curve := _curve(entry, metric)):
            curves[contender.label] = curve
    return curves


def _curve(entry: Entry, metric: str) -> Curve | None:
    found = [record.curves[metric] for record in entry.records if record.curves.get(metric)]
    if not found or len({len(curve) for curve in found}) > 1:
        return None
    step = entry.task.dt / entry.task.timescale
    lead = step * np.arange(1, len(found[0]) + 1) * entry.task.horizon / len(found[0])
    return lead.tolist(), np.mean(found, axis=0).tolist()


def draw_curves(curves: Mapping[str, Curve], order: Sequence[str], title: str, heading: str) -> Figure:
    """Error against lead time; `order` fixes each model's line style across figures."""
    drawn = figure(4.4, 2.7)
    axes = drawn.subplots()
    for model, (lead, values) in curves.items():
        colour, dash = style(order.index(model))
        axes.plot(lead, np.where(np.isfinite(values), values, np.nan), color=colour, linestyle=dash)
    finite = [v for _, values in curves.values() for v in values if np.isfinite(v)]
    if finite:
        axes.set_ylim(min(0.0, min(finite)), 1.08 * min(max(finite), 2.5 * max(float(np.median(finite)), 0.5)))
    axes.set_title(label(title))
    axes.set_xlabel("lead time (timescales)")
    axes.set_ylabel(heading)
    axes.grid(True)
    axes.margins(x=0)
    return drawn


def draw_cost(board: Board, order: Sequence[str]) -> Figure | None:
    """Skill against seconds (fit and predict, all tasks, one seed). None where no cost is known."""
    table = board.table.assign(total=board.table.fit_s.fillna(0) + board.table.predict_s.fillna(0))
    table = table[(table.total > 0) & table.skill.notna()].sort_values("skill")
    if table.empty:
        return None
    drawn = figure(8.4, 3.8)
    axes = drawn.subplots()
    axes.axhline(0, color=SOFT, linewidth=0.8, linestyle=(0, (2, 2)))
    places = [(float(row.total), max(float(row.skill), LOWEST)) for row in table.itertuples()]
    for row, (x, y) in zip(table.itertuples(), places, strict=True):
        axes.plot([x], [y], "s" if row.anchor else "o", color=style(order.index(row.model))[0], markersize=6)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.12, y=0.14)
    axes.set_xlabel("seconds to fit and predict the whole board, one seed")
    axes.set_ylabel("skill")
    axes.grid(True, axis="y")
    annotate(axes, places, [label(name) for name in table.model])
    return drawn
