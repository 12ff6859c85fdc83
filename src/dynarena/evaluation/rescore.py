"""Score stored predictions again: no model runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dynarena.errors import DynarenaError
from dynarena.evaluation.cell import Provider, TaskData
from dynarena.evaluation.predictions import load_forecast
from dynarena.evaluation.scoring import Scorer
from dynarena.evaluation.store import RecordStore
from dynarena.schema.lock import Lock
from dynarena.schema.record import Record


@dataclass(frozen=True)
class Rescored:
    """What a rescoring found: records whose values stand, those that changed, and why others could not be scored."""

    same: list[Record]
    changed: list[Record]
    problems: dict[str, str]


def rescore(store: RecordStore, lock: Lock, *, provider: Provider, home: Path) -> Rescored:
    """Recompute the values of every scored record of a benchmark from its stored predictions, and store them.

    A record made by other metrics gets a new id beside the old one, which stays.
    """
    scorer, lock_digest = Scorer(lock), lock.digest
    tasks = {task.id: task for task in lock.tasks}
    same: list[Record] = []
    changed: list[Record] = []
    problems: dict[str, str] = {}
    for record in store.find(benchmark=lock.id):
        if record.status != "ok" or record.task not in tasks or record.lock_digest != lock_digest:
            continue
        try:
            data = provider(lock, tasks[record.task], season=record.season)
            fresh = recomputed(record, data, scorer, home)
        except DynarenaError as error:
            problems[record.id] = str(error)
            continue
        alike = (fresh.values, fresh.error) == (record.values, record.error)
        (same if alike else changed).append(fresh)
        store.add(fresh)
    return Rescored(same, changed, problems)


def recomputed(record: Record, data: TaskData, scorer: Scorer, home: Path) -> Record:
    """The record with the numbers that its stored predictions give.

    Raises DataError where the predictions under `home` are gone or changed, DynarenaError where they cannot be scored.
    """
    scores = scorer.score(load_forecast(home, record.predictions), data.truth, data.task)
    return record.model_copy(
        update={
            "values": scores.values,
            "curves": scores.curves,
            "error": scores.error,
            "message": scores.notes,
            "scorer_digest": scorer.digest,
            "data_digest": data.data_digest,
        }
    )
