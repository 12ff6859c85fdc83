"""The tidy frames behind a board: per system, per metric, and cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dynarena.ranking.bootstrap import log_ratios, systems_of
from dynarena.ranking.cells import Contender, Entry
from dynarena.ranking.ratio import skill
from dynarena.schema.lock import Lock
from dynarena.schema.record import Record

_NAN = float("nan")


def _mean(values: Iterable[float | None]) -> float:
    known = [v for v in values if v is not None and np.isfinite(v)]
    with np.errstate(over="ignore"):
        return float(np.mean(known)) if known else _NAN


def metric_mean(records: Iterable[Record], metric: str) -> float:
    """Mean over trajectories, then over records, of the finite values of a metric; NaN where there is none."""
    values = [record.values[metric] for record in records if record.status == "ok" and metric in record.values]
    return _mean(_mean(value) if isinstance(value, list) else value for value in values)


def _of_system(contender: Contender, system: str) -> list[Entry]:
    return [entry for entry in contender.entries.values() if entry.task.system == system]


def _status(entries: Sequence[Entry]) -> str:
    """The first status that is not ok."""
    return next((entry.status for entry in entries if entry.status != "ok"), "ok")


def systems_frame(contenders: Sequence[Contender], lock: Lock) -> pd.DataFrame:
    """One row a (model, system): skill, r, error (mean over trajectories, seeds and tasks), primary value, status."""
    rows: list[dict[str, Any]] = []
    for contender in contenders:
        for system, log_r in zip(systems_of(lock), log_ratios(contender, lock), strict=True):
            entries = _of_system(contender, system)
            records = [record for entry in entries for record in entry.records]
            rows.append({
                "model": contender.label, "system": system,
                "skill": float(skill(log_r)), "r": float(np.exp(log_r)),
                "error": _mean(value for entry in entries for value in entry.errors.ravel()),
                "value": metric_mean(records, lock.primary.name), "status": _status(entries),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=["model", "system", "skill", "r", "error", "value", "status"])


def metrics_frame(contenders: Sequence[Contender], lock: Lock) -> pd.DataFrame:
    """One row a (model, system, metric): the mean over trajectories, seeds and tasks, primary metric included."""
    rows = []
    for contender in contenders:
        for system in systems_of(lock):
            records = [record for entry in _of_system(contender, system) for record in entry.records]
            for metric in lock.metrics:
                value = metric_mean(records, metric.name)
                rows.append({"model": contender.label, "system": system, "metric": metric.name, "value": value})
    return pd.DataFrame(rows, columns=["model", "system", "metric", "value"])


def cost_columns(contender: Contender) -> dict[str, Any]:
    """Seconds of one seed over the whole board, the most parameters and memory of any cell, the devices."""
    records = [record for entry in contender.accepted.values() for record in entry.records]
    memory = [record.cost.memory_mb for record in records if record.cost.memory_mb is not None]
    sizes = [record.cost.parameters for record in records if record.cost.parameters is not None]
    return {
        "fit_s": _seconds(contender, "fit_s"),
        "predict_s": _seconds(contender, "predict_s"),
        "parameters": max(sizes, default=None),
        "memory_mb": max(memory, default=_NAN),
        "device": ", ".join(sorted({record.cost.device for record in records})),
    }


def _seconds(contender: Contender, part: str) -> float:
    tasks = [_mean(getattr(r.cost, part) for r in entry.records) for entry in contender.accepted.values()]
    known = [seconds for seconds in tasks if np.isfinite(seconds)]
    return float(sum(known)) if known else _NAN
