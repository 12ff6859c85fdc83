"""The share of forecasts that are still valid, against lead time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from dynarena.publishing.canvas import figure, style
from dynarena.publishing.text import label
from dynarena.ranking.board import Board

Steps = tuple[list[float], list[float]]
"""Lead times in timescales, the first 0 and the last the horizon, and the share still valid from each on."""


def survival_curves(board: Board, system: str) -> dict[str, Steps]:
    """Each model's steps on the first task of `system`; none where the primary metric waits for no horizon.

    A trajectory ends where its prediction stops being valid; every seed counts, a failed one as valid for no time.
    """
    if board.lock.primary.perfect != "horizon":
        return {}
    curves = {}
    for contender in board.contenders:
        entry = next((e for e in contender.entries.values() if e.task.system == system), None)
        if entry is not None and entry.records and entry.status != "not-applicable":
            whole = entry.task.horizon * entry.task.dt / entry.task.timescale
            errors = np.clip(np.nan_to_num(np.asarray(entry.errors), nan=1.0), 0, 1)
            curves[contender.label] = kaplan_meier((1 - errors).ravel() * whole, whole)
    return curves


def kaplan_meier(lasted: Sequence[float] | np.ndarray, horizon: float) -> Steps:
    """The Kaplan-Meier estimate S(t) = Π (1 - failures / at risk) of times that are censored at one common horizon.

    Nothing is censored before the horizon, so the product is the share that lasts longer than t.
    """
    times = np.sort(np.asarray(lasted, dtype=float))
    ends = np.unique(times[times < horizon * (1 - 1e-9)])
    longer = len(times) - np.searchsorted(times, ends, side="right")
    lead = np.concatenate([[0.0], ends, [horizon]])
    share = np.concatenate([[1.0], longer / max(len(times), 1)])
    return lead.tolist(), np.append(share, share[-1]).tolist()


def draw_survival(curves: Mapping[str, Steps], order: Sequence[str], title: str) -> Figure:
    """Steps against lead time; `order` fixes each model's line style across figures."""
    drawn = figure(4.4, 2.7)
    axes = drawn.subplots()
    for model, (lead, share) in curves.items():
        colour, dash = style(order.index(model))
        axes.step(lead, share, where="post", color=colour, linestyle=dash)
    axes.set_ylim(0, 1.03)
    axes.set_title(label(title))
    axes.set_xlabel("lead time (timescales)")
    axes.set_ylabel("share still valid")
    axes.grid(True)
    axes.margins(x=0)
    return drawn
