"""A cell: one model, fitted with one seed, on one task. It ends in a record, whatever the model does."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import xarray as xr
from numpy.typing import NDArray

from dynarena import engines
from dynarena.errors import DynarenaError, Refused, ResourceError
from dynarena.evaluation.answer import NonFinite, check_answer
from dynarena.evaluation.covers import held_folders
from dynarena.evaluation.job import Question, write_job
from dynarena.evaluation.loading import ModelSource
from dynarena.evaluation.machine import environment, hardware
from dynarena.evaluation.nursery import Nursery
from dynarena.evaluation.outcome import Limits, Outcome
from dynarena.evaluation.predictions import place_of, store_forecast
from dynarena.evaluation.scoring import Scorer, Scores
from dynarena.schema.lock import Lock, TaskLock
from dynarena.schema.record import Record, Status
from dynarena.schema.task import Task


class TaskData(Protocol):
    """A task's facts and arrays; `train` and the truth are made when first asked for."""

    task: Task
    data_digest: str

    def train(self) -> NDArray[Any]:
        """[trajectory, time, *state], float64; frames uint8."""
        ...

    @property
    def context(self) -> NDArray[Any]:
        """[trajectory, context, *state]."""
        ...

    @property
    def parameters(self) -> NDArray[Any]:
        """[trajectory, parameter], in the order of `task.facts["parameters"]`."""
        ...

    @property
    def told(self) -> Mapping[str, NDArray[Any]]:
        """What else a model is given, [trajectory, ...] each, by its name in a Batch."""
        ...

    @property
    def truth(self) -> xr.Dataset:
        """What follows the context."""
        ...


class Provider(Protocol):
    """Where tasks come from; it must survive pickling, since workers call it."""

    def __call__(self, lock: Lock, task: TaskLock, *, season: str = "open") -> TaskData: ...


@dataclass(frozen=True)
class Work:
    """Cells that share one fit: a single task, or all of a benchmark that fits once."""

    lock: Lock
    tasks: tuple[TaskLock, ...]
    source: ModelSource
    home: Path
    lock_digest: str
    scorer_digest: str
    seed: int = 0
    season: str = "open"
    device: str = "cpu"
    limits: Limits = field(default_factory=Limits)

    def record(self, task: TaskLock, data_digest: str, status: Status, **facts: Any) -> Record:
        """A record of one of these cells."""
        return Record(
            task=task.id,
            benchmark=self.lock.id,
            system=task.system,
            model=self.source.card,
            seed=self.seed,
            season=self.season,
            lock_digest=self.lock_digest,
            scorer_digest=self.scorer_digest,
            data_digest=data_digest,
            status=status,
            verification="self" if self.season == "open" else "sealed",
            environment=environment(),
            hardware=hardware(),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            **facts,
        )


def declined(source: ModelSource, lock: Lock, task: TaskLock) -> dict[str, str] | None:
    """Why a model is not asked a task; None where it is.

    It accepts others; or it knows the equations, and the state that they are about is seen through a view, or what is
    shown of it does not rule the future by itself and the model names no engine that it can do without.
    """
    accepts = source.accepts
    if task.view is not None and source.card.knows == "equations":
        what, got = "the model needs the state that its equations are about", "blind" if task.view.blind else "partial"
        return {"what": what, "where": task.id, "expected": "every component, as the equations name it", "got": got}
    kind = {"component": "chaos", "field": "pde", "channel": "video"}[task.dims[0]]
    axes, engine = len(task.dims) - 1, str(task.spec.get("engine", ""))
    asks, kinds = accepts.get("asks", [source.ask]), accepts.get("kinds", [kind])
    most = accepts.get("max_axes", axes)
    named = accepts.get("engines")
    if lock.ask not in asks or kind not in kinds or axes > most or (named is not None and engine not in named):
        got = f"{lock.ask} of {kind} with {axes} spatial axes" + (f" by engine {engine!r}" if named is not None else "")
        what, expected = "the model does not accept this task", str(dict(accepts))
        return {"what": what, "where": task.id, "expected": expected, "got": got}
    if source.card.knows == "equations" and named is None and engine and not engines.find(engine).continues:
        what, got = "the model needs a state from which its equations go on", f"a state of engine {engine!r}"
        return {"what": what, "where": task.id, "expected": "a state that rules the future by itself", "got": got}
    return None


def test_digest(task: TaskLock, season: str = "open") -> str:
    """The frozen digest of the split that is scored; empty in a sealed season, whose test sets no lock knows."""
    if season != "open":
        return ""
    return next((split.digest for name, split in task.splits.items() if name != "train"), "")


def run_work(work: Work, provider: Provider, nursery: Nursery) -> list[Record]:
    """Fit and forecast in a child process, check, store and score: one record a task, in order.

    A model's failure is a record. Raises DataError where the truth cannot be had and ResourceError where the disk is
    full: neither is the model's doing.
    """
    reasons = {task.id: declined(work.source, work.lock, task) for task in work.tasks}
    asked = [task for task in work.tasks if reasons[task.id] is None]
    records = {
        task.id: work.record(task, test_digest(task, work.season), "not-applicable", message=reason, isolation="none")
        for task in work.tasks
        if (reason := reasons[task.id]) is not None
    }
    if asked:
        records |= {record.task: record for record in _run(work, asked, provider, nursery)}
    return [records[task.id] for task in work.tasks]


def _run(work: Work, tasks: list[TaskLock], provider: Provider, nursery: Nursery) -> list[Record]:
    scorer = Scorer(work.lock)
    data = [provider(work.lock, task, season=work.season) for task in tasks]
    facts = [_facts(work, part.task) for part in data]
    with tempfile.TemporaryDirectory(prefix="dynarena-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        questions = [_question(work, *each) for each in zip(data, facts, tasks, strict=True)]
        try:
            write_job(folder, work.source, questions, threads=work.limits.threads)
        except OSError as error:
            fix = "free some space or set TMPDIR to another disk"
            raise ResourceError(f"could not lay out a job: {error.strerror}", where=name, fix=fix) from error
        hidden = held_folders(work.home) if work.season != "open" else ()
        outcome = nursery.run(folder, len(tasks), work.limits, device=work.device, hidden=hidden)
        return [
            _finish(work, tasks[place], data[place], facts[place], outcome, place, folder, scorer)
            for place in range(len(tasks))
        ]


def _facts(work: Work, task: Task) -> Task:
    return dataclasses.replace(task, seed=work.seed, device=work.device, budget_s=work.limits.timeout_s)


def _question(work: Work, data: TaskData, task: Task, lock: TaskLock) -> Question:
    told = data.parameters if task.facts.get("parameters") else None
    train = None if work.lock.fit == "none" or lock.held_out else data.train()
    return Question(task, train, data.context, told, data.told)


def _finish(
    work: Work, lock: TaskLock, data: TaskData, task: Task, outcome: Outcome, place: int, folder: Path, scorer: Scorer
) -> Record:
    told = outcome.tasks[place]
    cost = outcome.cost.model_copy(update={"predict_s": None if told.predict_s is None else round(told.predict_s, 4)})
    facts: dict[str, Any] = {"cost": cost, "isolation": outcome.isolation}
    if told.status != "ok":
        return work.record(lock, data.data_digest, told.status, message=told.message, **facts)
    try:
        values = check_answer(folder / f"answer_{place}.raw", task, len(data.context), outcome.samples)
    except Refused as error:
        status: Status = "non-finite" if isinstance(error, NonFinite) else "refused"
        return work.record(lock, data.data_digest, status, message=error.facts(), **facts)
    kept = store_forecast(
        work.home, place_of(work.source.card, work.lock.id, task.id, work.seed, work.season), values, task
    )
    return scored_record(work, lock, data, values, scorer, predictions=kept, **facts)


def scored_record(
    work: Work, lock: TaskLock, data: TaskData, values: NDArray[Any], scorer: Scorer, **facts: Any
) -> Record:
    """The record of a checked answer; one that the primary metric cannot take is a failed cell."""
    try:
        scores: Scores = scorer.score(values, data.truth, data.task)
    except DynarenaError as error:
        status: Status = "refused" if isinstance(error, Refused) else "failed"
        return work.record(lock, data.data_digest, status, message=error.facts(), **facts)
    return work.record(
        lock,
        data.data_digest,
        "ok",
        message=scores.notes,
        values=scores.values,
        curves=scores.curves,
        error=scores.error,
        **facts,
    )
