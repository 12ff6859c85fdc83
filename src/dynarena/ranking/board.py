"""A leaderboard: one row a model, computed from records and a lock alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from dynarena.ranking.bootstrap import (
    DRAWS,
    interval,
    log_ratio_draws,
    log_ratios,
    resampled_units,
    systems_interval,
    task_log_ratios,
)
from dynarena.ranking.cells import Contender, LeftOut, gather
from dynarena.ranking.frames import cost_columns, metrics_frame, systems_frame
from dynarena.ranking.panel import ANCHORS, PANEL, win_rate
from dynarena.ranking.ranks import leave_one_out_ranks, p_value, rank_ranges, systems_p_value
from dynarena.ranking.ratio import Floats, skill
from dynarena.schema.lock import Lock
from dynarena.schema.record import Record

CLASSES = ("nothing", "family", "equations")


@dataclass(frozen=True)
class Board:
    """The ranking of one benchmark.

    table     one row a model: place (text such as "1–3"), rank_low, rank_high, model, knows, tier, anchor, skill, low
              and high ("on these systems"), low_systems and high_systems ("on systems like these"), seeds,
              seed_interval, failed_share, coverage, partial, conflict, win_rate, loo_low, loo_high, fit_s, predict_s,
              parameters, memory_mb, device, digest. Classes of information stand one after another, ranked apart.
    systems   one row a (model, system): skill, r, error, value (of the primary metric), status
    metrics   one row a (model, system, metric): value, the mean over trajectories and seeds
    left_out  records that do not count, and why; `conflicts` names the (model, task) with two outcomes under one key

    A model that declared tasks not applicable is scored on the others, marked partial and not placed.
    """

    lock: Lock
    table: pd.DataFrame
    systems: pd.DataFrame
    metrics: pd.DataFrame
    contenders: tuple[Contender, ...]
    left_out: tuple[LeftOut, ...]
    conflicts: tuple[tuple[str, str], ...]
    panel: tuple[str, ...]
    season: str
    scorer_digest: str

    @property
    def id(self) -> str:
        """The lock's id; in a sealed season with its name: `name@version[.quick]/season`."""
        return self.lock.id if self.season == "open" else f"{self.lock.id}/{self.season}"

    @property
    def records(self) -> list[Record]:
        """The records that count, sorted by their lines."""
        kept = [r for c in self.contenders for entry in c.entries.values() for r in entry.records]
        return sorted(kept, key=lambda record: record.to_line())


def build_board(
    records: Iterable[Record],
    lock: Lock,
    *,
    panel: Sequence[str] = PANEL,
    season: str = "open",
    scorer_digest: str | None = None,
    n_draws: int = DRAWS,
) -> Board:
    """Rank every model with a record of the lock's tasks. Order of the records and presence of rivals move no skill."""
    field = gather(records, lock, season=season, scorer_digest=scorer_digest)
    contenders = field.contenders
    draws = log_ratio_draws(contenders, lock, n_draws)
    points = [log_ratios(contender, lock) for contender in contenders]
    ratios = {c.label: task_log_ratios(c, lock) for c in contenders}
    rows = [
        _row(c, lock, point, drawn) | {"win_rate": win_rate(c.label, ratios, panel)}
        for c, point, drawn in zip(contenders, points, draws, strict=True)
    ]
    for knows in CLASSES:
        entrants = [
            (row, *rest)
            for row, *rest in zip(rows, contenders, points, draws, strict=True)
            if row["knows"] == knows and not row["partial"]
        ]
        if entrants:
            _place(*zip(*entrants, strict=True))
    conflicts = tuple((c.label, t) for c in contenders for t, entry in c.entries.items() if entry.status == "conflict")
    return Board(
        lock=lock,
        table=_frame(rows),
        systems=systems_frame(contenders, lock),
        metrics=metrics_frame(contenders, lock),
        contenders=contenders,
        left_out=field.left_out,
        conflicts=conflicts,
        panel=tuple(panel),
        season=season,
        scorer_digest=field.scorer_digest,
    )


COLUMNS = [
    "place", "rank_low", "rank_high", "model", "knows", "tier", "anchor", "skill", "low", "high", "low_systems",
    "high_systems", "seeds", "seed_interval", "failed_share", "coverage", "partial", "conflict", "win_rate", "loo_low",
    "loo_high", "fit_s", "predict_s", "parameters", "memory_mb", "device", "digest",
]  # fmt: skip


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    def order(row: dict[str, Any]) -> tuple[Any, ...]:
        score = -row["skill"] if np.isfinite(row["skill"]) else np.inf
        return CLASSES.index(row["knows"]), row["partial"], round(score, 12), row["model"]

    return pd.DataFrame(sorted(rows, key=order), columns=COLUMNS)


def _row(contender: Contender, lock: Lock, point: Floats, draws: Floats) -> dict[str, Any]:
    accepted = contender.accepted
    present = np.isfinite(point)
    n_cells = len(contender.seeds) * len(accepted)
    low, high = float("nan"), float("nan")
    if accepted and resampled_units(contender) > 1:
        low, high = interval(skill(draws[:, present].mean(axis=1)))
    low_systems, high_systems = systems_interval(point)
    card = contender.card
    return {
        "place": "–", "rank_low": None, "rank_high": None, "loo_low": None, "loo_high": None,
        "model": contender.label, "knows": card.knows, "tier": card.tier, "digest": card.digest,
        "anchor": ANCHORS.get(card.name, "") if card.tier == "core" else "",
        "skill": float(skill(point[present].mean())) if accepted else float("nan"),
        "low": low, "high": high, "low_systems": low_systems, "high_systems": high_systems,
        "seeds": len(contender.seeds), "seed_interval": len(contender.seeds) > 1,
        "failed_share": sum(e.failed for e in accepted.values()) / n_cells if n_cells else 0.0,
        "coverage": len(accepted) / len(lock.tasks), "partial": len(accepted) < len(lock.tasks),
        "conflict": any(entry.status == "conflict" for entry in contender.entries.values()),
        **cost_columns(contender),
    }  # fmt: skip


def _place(
    rows: Sequence[dict[str, Any]], contenders: Sequence[Contender], points: Sequence[Floats], draws: Sequence[Floats]
) -> None:
    """Write the places of one class into its rows."""
    means = np.array([point.mean() for point in points])
    p = np.ones((len(rows), len(rows)))
    for i, j in combinations(range(len(rows)), 2):
        p[i, j] = p[j, i] = pair_p_value(contenders[i], contenders[j], points[i] - points[j], draws[i] - draws[j])
    left_out = leave_one_out_ranks(np.stack(points))
    for row, (low, high), (loo_low, loo_high) in zip(rows, rank_ranges(means, p), left_out, strict=True):
        row["rank_low"], row["rank_high"] = int(low), int(high)
        row["loo_low"], row["loo_high"] = int(loo_low), int(loo_high)
        row["place"] = f"{low}" if low == high else f"{low}–{high}"


def pair_p_value(a: Contender, b: Contender, point: Floats, draws: Floats) -> float:
    """p of two models' difference of log r: `point` [system] and `draws` [draw, system]; the means over systems count.

    Where one of the two has nothing to resample, the paired t test over systems.
    """
    units = min(resampled_units(a), resampled_units(b))
    if units < 2:
        return systems_p_value(point)
    return p_value(float(point.mean()), draws.mean(axis=1), units)
