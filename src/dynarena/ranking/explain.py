"""Why a cell scored as it did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dynarena.errors import UsageError
from dynarena.ranking.frames import metric_mean
from dynarena.ranking.ratio import BEST, WORST, ratio
from dynarena.schema.lock import Lock, TaskLock
from dynarena.schema.record import Record


@dataclass(frozen=True)
class Explanation:
    """The way from a cell's primary value to its r, with the trajectories that cost most and the other metrics."""

    task: str
    model: str
    seed: int
    status: str
    message: tuple[tuple[str, str], ...]
    metric: str
    unit: str
    value: float
    perfect: float | str | None
    error: float
    floor: float
    reference: float
    r: float
    worst: tuple[tuple[int, float], ...]
    others: dict[str, float]

    def __str__(self) -> str:
        return "\n".join([f"{self.model}, seed {self.seed}, on {self.task}", *self._lines()])

    def _lines(self) -> list[str]:
        if self.status != "ok":
            facts = [f"  {name + ':':<10}{text}" for name, text in self.message]
            if self.status == "not-applicable":
                return ["  not applicable: left out of the score", *facts]
            return [f"  {self.status}: counts as r = {WORST:g}, the worst there is", *facts]
        unit = "" if self.unit in ("", "1") else f" {self.unit}"
        lines = [
            f"  {self.metric} = {self.value:.4g}{unit} (perfect: {self.perfect})",
            f"  e = {self.error:.4g}   f = {self.floor:.4g} (floor)   b = {self.reference:.4g} (reference)",
            f"  r = (e - f) / (b - f) = {self.r:.4g}{self._clipped()}   skill of this cell = {1 - self.r:.4g}",
        ]
        if self.worst:
            lines.append("  worst trajectories: " + ", ".join(f"{i} (e = {e:.3g})" for i, e in self.worst))
        return lines + [f"  {name} = {value:.4g}" for name, value in self.others.items()]

    def _clipped(self) -> str:
        return f" (clipped to [{BEST:g}, {WORST:g}])" if self.r in (BEST, WORST) else ""


def explain(record: Record, lock: Lock, n_worst: int = 5) -> Explanation:
    """Take the cell of `record` apart. Raises UsageError where the record's task is not in the lock."""
    task = _task(record, lock)
    errors = np.asarray(record.error, dtype=np.float64)
    order = np.argsort(-errors, kind="stable")[:n_worst] if len(errors) > 1 else np.arange(0)
    error = float(errors.mean()) if len(errors) and record.status == "ok" else float("nan")
    return Explanation(
        task=record.task,
        model=record.model.name,
        seed=record.seed,
        status=record.status,
        message=tuple(record.told),
        metric=lock.primary.name,
        unit=lock.primary.unit,
        value=metric_mean([record], lock.primary.name),
        perfect=lock.primary.perfect,
        error=error,
        floor=task.floor,
        reference=task.reference,
        r=float(ratio(error, task)),
        worst=tuple((int(i), float(errors[i])) for i in order),
        others={metric.name: metric_mean([record], metric.name) for metric in lock.metrics[1:]},
    )


def _task(record: Record, lock: Lock) -> TaskLock:
    for task in lock.tasks:
        if task.id == record.task:
            return task
    raise UsageError("the record's task is not in the lock", where=lock.id, got=record.task)
