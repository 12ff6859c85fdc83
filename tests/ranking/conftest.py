"""Locks and records by hand: three systems, two tasks on the first, floor 0.1, reference 1.1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from dynarena.schema.lock import Lock, MetricLock, SplitLock, TaskLock
from dynarena.schema.record import Card, Cost, Record

FLOOR, REFERENCE = 0.1, 1.1


def make_task(task: str, n_trajectories: int, system: str | None = None) -> TaskLock:
    split = SplitLock(split="test", trajectories=n_trajectories, points=10, digest="", hashes=[], sketch=[])
    return TaskLock(
        id=f"toy@1.0/{task}", system=system or task, system_digest="", spec={}, dims=["component"], shape=[1],
        channels=[{"name": "x"}], dt=0.1, context=2, horizon=8, period=None, timescale=1.0, mean=[0.0], std=[1.0],
        splits={"test": split}, floor=FLOOR, reference=REFERENCE,
    )  # fmt: skip


def make_lock(
    systems: Sequence[str] = ("chaos/a", "chaos/b", "chaos/c"),
    n_trajectories: int = 20,
    scope: str = "trajectory",
    tasks: Sequence[TaskLock] | None = None,
    fit: str = "per_task",
) -> Lock:
    primary = MetricLock(
        name="nrmse", perfect=0, better="lower", unit="1", scope=scope, kind="pointwise", digest="m"
    )  # fmt: skip
    return Lock(
        name="toy", version="1.0", title="Toy", ask="forecast", fit=fit, metrics=[primary],
        reference_baseline="climatology", seeds=1, budget_s=1,
        tasks=list(tasks or [make_task(system, n_trajectories) for system in systems]),
    )  # fmt: skip


def make_record(lock: Lock, place: str, model: str, error: Any, *, seed: int = 0, **changes: Any) -> Record:
    """A cell; `error` is the list of errors, or the status of one that is not ok."""
    ok = not isinstance(error, str)
    values = [float(e) for e in error] if ok else []
    locked = next(t for t in lock.tasks if t.id == f"toy@1.0/{place}")
    card = changes.pop("card", {})
    facts: dict[str, Any] = {
        "task": locked.id, "benchmark": lock.id, "system": locked.system, "seed": seed, "lock_digest": lock.digest,
        "model": Card(**({"name": model, "digest": "d" + model} | card)), "scorer_digest": "s", "data_digest": "",
        "status": "ok" if ok else error, "values": {"nrmse": values} if ok else {}, "error": values,
        "cost": Cost(fit_s=2.0, predict_s=0.5, parameters=7, memory_mb=100.0),
    }  # fmt: skip
    return Record(**(facts | changes))


def make_records(lock: Lock, model: str, means: Sequence[float], *, noise: float = 0.1, rng: int = 0, seeds: int = 1,
                 **changes: Any) -> list[Record]:  # fmt: skip
    """A model with the given mean error on each task, trajectories scattered around it."""
    random = np.random.default_rng(rng)
    n = {"trajectory": lock.tasks[0].splits["test"].trajectories, "task": 1}[lock.primary.scope]
    return [
        make_record(
            lock,
            task.id.removeprefix("toy@1.0/"),
            model,
            mean + noise * random.standard_normal(n),
            seed=seed,
            **changes,
        )  # fmt: skip
        for task, mean in zip(lock.tasks, means, strict=True)
        for seed in range(seeds)
    ]


class Toys:
    task = staticmethod(make_task)
    lock = staticmethod(make_lock)
    record = staticmethod(make_record)
    records = staticmethod(make_records)


@pytest.fixture
def toys() -> type[Toys]:
    return Toys


@pytest.fixture
def row() -> Callable[..., Any]:
    return lambda board, model: board.table.set_index("model").loc[model]
