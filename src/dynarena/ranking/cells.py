"""Records sorted into cells: who answered which task, with which seeds, and what was left out and why."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dynarena.ranking.ratio import Floats
from dynarena.schema.lock import Lock, TaskLock
from dynarena.schema.record import Card, Record

ModelKey = tuple[str, str]


@dataclass(frozen=True)
class LeftOut:
    """A record that does not count, and why."""

    model: str
    task: str
    seed: int
    reason: str


@dataclass(frozen=True)
class Entry:
    """One model's answers to one task: `errors` [seed, trajectory], a row of NaN where a cell failed or is missing.

    `status` is "ok", "not-applicable", "conflict" (two outcomes under one key: the worse counts) or the worst failure.
    """

    task: TaskLock
    errors: Floats
    status: str
    failed: int
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Contender:
    """A row of a board: a model's digest, its seeds and its entries by task id."""

    label: str
    card: Card
    seeds: tuple[int, ...]
    entries: dict[str, Entry]

    @property
    def accepted(self) -> dict[str, Entry]:
        """The entries that count: all but those declared not applicable."""
        return {task: entry for task, entry in self.entries.items() if entry.status != "not-applicable"}


@dataclass(frozen=True)
class Field:
    """All contenders of a board, sorted by label, and the records that do not count."""

    contenders: tuple[Contender, ...]
    left_out: tuple[LeftOut, ...]
    scorer_digest: str


def gather(records: Iterable[Record], lock: Lock, *, season: str = "open", scorer_digest: str | None = None) -> Field:
    """The contenders of `lock` in one season.

    Records of other benchmarks and seasons are ignored. Left out with a reason are those of another lock of the same
    benchmark, of another scorer than `scorer_digest` (default: that of most cells), and those whose number of errors
    is not that of the test set.
    """
    tasks = {task.id: task for task in lock.tasks}
    ours = [r for r in records if r.season == season and (r.benchmark == lock.id or r.task in tasks)]
    digest = lock.digest  # once: it writes the whole lock out as text
    scorer = scorer_digest or _usual([r for r in ours if r.lock_digest == digest])
    reasons = [(record, _reason(record, lock, digest, tasks, scorer)) for record in ours]
    left = sorted({LeftOut(r.model.name, r.task, r.seed, why) for r, why in reasons if why}, key=_order)
    groups: dict[ModelKey, list[Record]] = defaultdict(list)
    for record, why in reasons:
        if not why:
            groups[record.model.name, record.model.digest].append(record)
    labels = _labels(groups)
    contenders = [_contender(labels[key], group, lock) for key, group in groups.items()]
    return Field(tuple(sorted(contenders, key=lambda c: c.label)), tuple(left), scorer)


def _order(item: LeftOut) -> tuple[str, str, int, str]:
    return item.model, item.task, item.seed, item.reason


def _usual(records: Sequence[Record]) -> str:
    """The scorer of most cells; of two that judged equally many, as after a rescoring, the newest."""
    cells = Counter(digest for _, digest in {(record.key, record.scorer_digest) for record in records})
    newest = {record.scorer_digest: record.created for record in sorted(records, key=lambda record: record.created)}
    return max(cells, key=lambda digest: (cells[digest], newest[digest], digest), default="")


def _reason(record: Record, lock: Lock, digest: str, tasks: dict[str, TaskLock], scorer: str) -> str:
    if record.lock_digest != digest:
        return f"made under another lock ({record.lock_digest[:8]}, this board's is {digest[:8]})"
    if record.task not in tasks:
        return "its task is not in the lock"
    if record.scorer_digest != scorer:
        return f"scored by another scorer ({record.scorer_digest[:8]}, this board's is {scorer[:8]}): rescore it"
    expected = expected_errors(tasks[record.task], lock)
    if record.status == "ok" and expected and len(record.error) not in expected:
        return f"holds {len(record.error)} errors, the test set gives {' or '.join(map(str, sorted(expected)))}"
    return ""


def expected_errors(task: TaskLock, lock: Lock) -> set[int]:
    """How many primary errors a record of the task may hold; empty where the lock does not tell."""
    if lock.primary.scope == "task":
        return {1}
    return {split.trajectories for name, split in task.splits.items() if name not in ("train", "val")}


def _labels(keys: Iterable[ModelKey]) -> dict[ModelKey, str]:
    """The model's name; with the head of its digest where two digests share the name."""
    keys = list(keys)
    names = Counter(name for name, _ in keys)
    return {(name, digest): name if names[name] == 1 else f"{name} ({digest[:8]})" for name, digest in keys}


def _contender(label: str, records: Sequence[Record], lock: Lock) -> Contender:
    seeds = tuple(sorted({record.seed for record in records}))
    cells: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for record in records:
        cells[record.task, record.seed].append(record)
    entries = {t.id: _entry(t, lock, [cells.get((t.id, seed), []) for seed in seeds]) for t in lock.tasks}
    newest = max(records, key=lambda record: (record.created, record.id))
    return Contender(label, newest.model, seeds, entries)


def _entry(task: TaskLock, lock: Lock, cells: Sequence[Sequence[Record]]) -> Entry:
    chosen = [_worst(cell) for cell in cells]
    lengths = [len(r.error) for r in chosen if r and r.error] or expected_errors(task, lock)
    n_errors = max(lengths, default=1)
    errors = np.array([_row(record, n_errors) for record in chosen], dtype=np.float64)
    bad = np.asarray(~np.isfinite(errors).all(axis=1))
    errors[bad] = np.nan
    statuses = [_status(record, failed) for record, failed in zip(chosen, bad, strict=True)]
    if "not-applicable" in statuses:
        status = "not-applicable"
    elif any(_conflicting(cell) for cell in cells):
        status = "conflict"
    else:
        status = max(statuses, key=lambda name: (name != "ok", statuses.count(name), name))
    return Entry(task, errors, status, int(bad.sum()), tuple(record for record in chosen if record))


def _row(record: Record | None, n_errors: int) -> Sequence[float]:
    usable = record is not None and record.status == "ok" and len(record.error) == n_errors
    return record.error if record is not None and usable else [np.nan] * n_errors


def _status(record: Record | None, failed: bool) -> str:
    if record is None:
        return "missing"
    return "non-finite" if failed and record.status == "ok" else record.status


def _outcome(record: Record) -> tuple[str, tuple[float, ...]]:
    return record.status, tuple(record.error)


def _conflicting(cell: Sequence[Record]) -> bool:
    return len({_outcome(record) for record in cell}) > 1


def _worst(cell: Sequence[Record]) -> Record | None:
    """The record that counts: of several outcomes under one key the worst, so that a second one gains nothing."""
    if not cell:
        return None
    return max(cell, key=lambda r: (r.status != "ok", _total(r.error), r.id))


def _total(errors: Sequence[float]) -> float:
    total = sum(errors)
    return math.inf if math.isnan(total) else total
