"""Which cells a submission asks for, and which of them are still to be done."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from dynarena.errors import ResourceError, UsageError
from dynarena.evaluation.cell import Work
from dynarena.evaluation.loading import ModelSource
from dynarena.evaluation.machine import gpus, memory_mb
from dynarena.evaluation.outcome import Limits
from dynarena.evaluation.scoring import Scorer
from dynarena.evaluation.season import require_accepting
from dynarena.evaluation.store import RecordStore
from dynarena.schema.lock import Lock, TaskLock
from dynarena.schema.record import Record

DONE = ("ok", "not-applicable")


def plan(
    source: ModelSource,
    lock: Lock,
    *,
    home: Path,
    seeds: Iterable[int],
    season: str = "open",
    device: str = "cpu",
    limits: Limits | None = None,
) -> list[Work]:
    """All work of a submission: a fit a task and seed, or a fit a seed where the benchmark fits once."""
    groups = [tuple(lock.tasks)] if lock.fit == "once" else [(task,) for task in lock.tasks]
    lock_digest, scorer_digest = lock.digest, Scorer(lock).digest
    require_accepting(season, lock, scorer_digest)
    return [
        Work(
            lock=lock.model_copy(update={"tasks": list(tasks)}),
            tasks=tasks,
            source=source,
            home=home,
            lock_digest=lock_digest,
            scorer_digest=scorer_digest,
            seed=seed,
            season=season,
            device=device,
            limits=limits or default_limits(lock),
        )
        for seed in seeds
        for tasks in groups
    ]


def default_limits(lock: Lock, workers: int = 1) -> Limits:
    """The benchmark's budget of time, and four fifths of this machine's memory shared by the workers."""
    return Limits(timeout_s=lock.budget_s, memory_mb=0.8 * memory_mb() / max(workers, 1))


def unfinished(works: Iterable[Work], store: RecordStore) -> tuple[list[Work], list[Record]]:
    """Work that still has a cell to do, and the records of the cells that are done."""
    todo: list[Work] = []
    done: list[Record] = []
    for work in works:
        found = {task.id: store.get(cell_id(work, task)) for task in work.tasks}
        kept = [record for record in found.values() if record is not None and record.status in DONE]
        if len(kept) == len(work.tasks):
            done += kept
        else:
            todo.append(work)
    return todo, done


def cell_id(work: Work, task: TaskLock) -> str:
    """The id that the record of this cell has."""
    return work.record(task, "", "failed").id


def require_device(source: ModelSource, device: str) -> None:
    """Raise UsageError for a device of another kind, ResourceError where this machine cannot run the model as asked."""
    if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
        raise UsageError("no such device", where=f"--device {device}", expected="cpu or cuda", got=device)
    if device.startswith("cuda") and not gpus():
        fix = "run on a machine with one, give --scheduler ADDRESS of a cluster that has GPU workers, or --device cpu"
        raise ResourceError(
            "no CUDA device on this machine", where=f"--device {device}", expected="a GPU", got="none", fix=fix
        )
    if source.needs_gpu and not device.startswith("cuda"):
        raise ResourceError(
            f"{source.card.name} runs only on a GPU",
            where=source.label,
            expected="--device cuda",
            got=f"--device {device}",
            fix="give --device cuda here, or --scheduler ADDRESS of a cluster with GPU workers",
        )
