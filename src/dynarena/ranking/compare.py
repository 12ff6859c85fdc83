"""Two models, paired on the same systems, trajectories and draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dynarena.errors import UnknownName, UsageError
from dynarena.ranking.board import Board, pair_p_value
from dynarena.ranking.bootstrap import interval, log_ratio_draws, log_ratios, resampled_units, systems_of
from dynarena.ranking.cells import Contender
from dynarena.ranking.ratio import Floats, skill


@dataclass(frozen=True)
class Comparison:
    """skill(a) - skill(b) on the systems both answered.

    `low` and `high` bound the difference on these systems (NaN where nothing can be resampled), `p` is two-sided and
    not adjusted for other comparisons. `systems` has one row a system: skill_a, skill_b, difference, low, high.
    """

    a: str
    b: str
    difference: float
    low: float
    high: float
    p: float
    systems: pd.DataFrame

    @property
    def verdict(self) -> str:
        """One sentence."""
        if not self.p < 0.05:
            return f"{self.a} and {self.b} cannot be told apart on these systems (p = {self.p:.2g})."
        first, second = (self.a, self.b) if self.difference > 0 else (self.b, self.a)
        return f"{first} is better than {second} on these systems (p = {self.p:.2g})."


def compare(board: Board, a: str, b: str) -> Comparison:
    """Model `a` against model `b`. Raises UnknownName for a model that is not on the board."""
    first, second = _find(board, a), _find(board, b)
    points = np.stack([log_ratios(first, board.lock), log_ratios(second, board.lock)])
    common = np.asarray(np.isfinite(points).all(axis=0))
    if not common.any():
        raise UsageError(f"{a} and {b} answered no system in common", where=board.lock.id)
    draws = [d[:, common] for d in log_ratio_draws([first, second], board.lock)]
    points = points[:, common]
    resampled = min(resampled_units(first), resampled_units(second)) > 1
    low, high = _bounds(draws[0].mean(axis=1), draws[1].mean(axis=1), resampled)
    total = skill(points.mean(axis=1))
    names = [name for name, kept in zip(systems_of(board.lock), common, strict=True) if kept]
    p = pair_p_value(first, second, points[0] - points[1], draws[0] - draws[1])
    return Comparison(a, b, float(total[0] - total[1]), low, high, p, _per_system(names, points, draws, resampled))


def _find(board: Board, label: str) -> Contender:
    by_label = {contender.label: contender for contender in board.contenders}
    if label not in by_label:
        raise UnknownName.among("model", label, by_label, where=board.lock.id)
    return by_label[label]


def _bounds(a: Floats, b: Floats, resampled: bool) -> tuple[float, float]:
    return interval(skill(a) - skill(b)) if resampled else (float("nan"), float("nan"))


def _per_system(names: list[str], points: Floats, draws: list[Floats], resampled: bool) -> pd.DataFrame:
    skills = skill(points)
    bounds = [_bounds(draws[0][:, i], draws[1][:, i], resampled) for i in range(len(names))]
    return pd.DataFrame({
        "system": names, "skill_a": skills[0], "skill_b": skills[1], "difference": skills[0] - skills[1],
        "low": [low for low, _ in bounds], "high": [high for _, high in bounds],
    })  # fmt: skip
