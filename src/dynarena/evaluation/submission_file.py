"""Score predictions that were made elsewhere: a NetCDF file, or a folder of them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from dynarena.errors import DataError, Refused
from dynarena.evaluation.answer import NonFinite, check_answer
from dynarena.evaluation.cell import Provider, TaskData, Work, scored_record
from dynarena.evaluation.covers import held_folders, no_covers
from dynarena.evaluation.isolation import covering_wrapper, wrapper
from dynarena.evaluation.loading import ModelSource
from dynarena.evaluation.nursery import environment
from dynarena.evaluation.outcome import Limits
from dynarena.evaluation.predictions import file_digest, place_of, store_forecast, task_name
from dynarena.evaluation.scoring import Scorer
from dynarena.evaluation.season import require_accepting
from dynarena.evaluation.store import RecordStore, order
from dynarena.schema.lock import Lock, TaskLock
from dynarena.schema.record import Card, Knows, Record, Status

_TIMEOUT_S = 300
_MOST_SAMPLES = 1000


def score_file(
    path: Path,
    lock: Lock,
    name: str,
    *,
    provider: Provider,
    store: RecordStore,
    home: Path,
    season: str = "open",
    knows: Knows = "nothing",
    memory_mb: float = 8192,
) -> list[Record]:
    """Records of a file (or folder) of predictions under a model's `name`, one a task; its digest is the file's.

    A task that the file lacks is a failed cell, one of the wrong form or not finite a refused or non-finite one. Raises
    DataError where the file is missing, truncated or foreign. The format: see `dynarena.evaluation.predictions`.
    """
    path, scorer = Path(path), Scorer(lock)
    require_accepting(season, lock, scorer.digest)
    card = Card.checked("--name", name=name, digest=_digest(path), knows=knows)
    source = ModelSource(card, cls=name, file=str(path))
    limits = Limits(timeout_s=_TIMEOUT_S, memory_mb=memory_mb)
    work = Work(lock, tuple(lock.tasks), source, home, lock.digest, scorer.digest, season=season, limits=limits)
    records = []
    with tempfile.TemporaryDirectory(prefix="dynarena-") as folder:
        data = {task.id: provider(lock, task, season=season) for task in lock.tasks}
        found = _parse(path, work, data, Path(folder))
        for place, task in enumerate(lock.tasks):
            samples = found.get(task_name(task.id))
            record = _judge(work, task, data[task.id], samples, Path(folder) / f"answer_{place}.raw", scorer)
            store.add(record)
            records.append(record)
    return sorted(records, key=order)


def _judge(work: Work, lock: TaskLock, data: TaskData, samples: int | None, answer: Path, scorer: Scorer) -> Record:
    if samples is None:
        message = {
            "what": "the file has no forecast of this task",
            "where": f"{work.source.file}, group {task_name(lock.id)!r}",
            "expected": "the variable 'forecast'",
            "fix": "add the group; dynarena.evaluation.predictions.write_predictions writes such files",
        }
        return work.record(lock, data.data_digest, "failed", message=message, isolation="file")
    try:
        values = check_answer(answer, data.task, len(data.context), samples)
    except Refused as error:
        status: Status = "non-finite" if isinstance(error, NonFinite) else "refused"
        return work.record(lock, data.data_digest, status, message=error.facts(), isolation="file")
    place = place_of(work.source.card, work.lock.id, lock.id, work.seed, work.season)
    kept = store_forecast(work.home, place, values, data.task)
    return scored_record(work, lock, data, values, scorer, predictions=kept, isolation="file")


def _parse(path: Path, work: Work, data: dict[str, TaskData], folder: Path) -> dict[str, int]:
    tasks = [
        {
            "name": task_name(task.id),
            "shape": [len(data[task.id].context), task.horizon, *task.shape],
            "frames": task.dims[0] == "channel",
            "most_samples": _MOST_SAMPLES,
            "out": str(folder / f"answer_{place}.raw"),
        }
        for place, task in enumerate(work.tasks)
    ]
    hidden = held_folders(work.home) if work.season != "open" else ()
    if hidden and not wrapper():
        raise no_covers(hidden[0], "no namespaces")
    request = {
        "path": str(path.resolve()),
        "tasks": tasks,
        "memory_mb": work.limits.memory_mb,
        "hidden": [str(folder) for folder in hidden],
    }
    told = _ask_child(request, folder)
    if told is None:
        fix = "write it with write_predictions, xarray or netCDF4, and copy it whole"
        raise DataError(
            "this is not a readable file of predictions",
            where=str(path),
            expected="a whole NetCDF4 file with one group a task",
            got=_size(path),
            fix=fix,
        )
    return {str(name): int(samples) for name, samples in told["found"].items()}


def _ask_child(request: dict[str, Any], folder: Path) -> dict[str, Any] | None:
    command = [
        *(covering_wrapper() if request["hidden"] else wrapper()),
        sys.executable,
        "-P",
        "-m",
        "dynarena.evaluation.foreign",
    ]
    try:
        told = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_TIMEOUT_S,
            env=environment(),
            cwd=folder,
            start_new_session=True,
            check=True,
        )
        content: dict[str, Any] = json.loads(told.stdout)
    except (subprocess.SubprocessError, ValueError):
        return None
    return content


def _digest(path: Path) -> str:
    if path.is_file():
        return file_digest(path)
    files = sorted(path.rglob("*.nc")) if path.is_dir() else []
    if not files:
        fix = "give a NetCDF file, or a folder that holds <kind>/<system>.nc"
        raise DataError("no predictions there", where=str(path), expected="a .nc file", got="nothing", fix=fix)
    parts = [[file.relative_to(path).as_posix(), file_digest(file)] for file in files]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _size(path: Path) -> str:
    return f"a file of {path.stat().st_size} bytes" if path.is_file() else "a folder with a broken file"
