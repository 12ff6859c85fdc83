"""Sealed seasons judged: what they accept, and whether all that was published of one follows from its secret."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import xarray as xr

from dynarena.data.sealed import regenerate_sealed
from dynarena.data.seasons import commitment, require_own
from dynarena.data.tasks import TaskData
from dynarena.errors import DynarenaError, UsageError
from dynarena.evaluation.rescore import recomputed
from dynarena.evaluation.scoring import Scorer
from dynarena.schema.lock import Lock, TaskLock
from dynarena.schema.record import Record
from dynarena.schema.season import Season

Verdict = Literal["identical", "equivalent", "different", "unanswered", "not recomputed"]
TOLERANCE = 1e-9  # relative: another processor's sums, below any difference worth making


@dataclass(frozen=True)
class Check:
    """One thing that was checked: the verdict, and the first difference or why it could not be checked."""

    what: str
    verdict: Verdict
    message: str = ""

    @property
    def passed(self) -> bool:
        """Whether it follows from the secret."""
        return self.verdict in ("identical", "equivalent", "unanswered")


def require_accepting(season: str, lock: Lock, scorer_digest: str) -> None:
    """Raise UsageError unless the season is open, or sealed for this very lock and scorer and not over."""
    if season == "open":
        return
    sealed = require_own(season, lock.id)
    for what, expected, got in _digests(sealed, lock.digest, scorer_digest):
        if expected != got:
            fix = "take the release with which the season was sealed, or draw a new season"
            raise UsageError(
                f"the {what} has changed since the season {season} was sealed", expected=expected, got=got, fix=fix
            )
    if sealed.secret is not None:
        fix = "submit to the open season, or to the next sealed one"
        raise UsageError(f"the season {season} is over: its secret is public", where=lock.id, fix=fix)


def verify_season(
    season: Season,
    lock: Lock,
    secret: bytes,
    records: Iterable[Record],
    *,
    home: Path,
    on_check: Callable[[Check], None] = lambda check: None,
) -> list[Check]:
    """The checks of a season in order: secret, lock, scorer, then each record of it.

    Test sets are regenerated from the secret and never read from disk; predictions stand under `home`. A record is
    identical, or equivalent where its numbers agree to a relative 1e-9 with a test set of other last bits; that of a
    cell without an answer holds nothing to recompute.
    """
    scorer = Scorer(lock)
    pairs = [("secret", season.commitment, commitment(secret)), *_digests(season, lock.digest, scorer.digest)]
    checks = []

    def add(check: Check) -> None:
        checks.append(check)
        on_check(check)

    for what, expected, got in pairs:
        same = expected == got
        add(Check(what, "identical" if same else "different", "" if same else f"committed {expected}, found {got}"))
    if not all(check.passed for check in checks):
        return checks
    tasks = {task.id: task for task in lock.tasks}
    truths: dict[str, _Regenerated] = {}
    for record in records:
        task = tasks.get(record.task)
        if task is None:
            add(Check(_named(record), "different", "its task is not in the lock"))
            continue
        if record.task not in truths:
            truths = {record.task: _Regenerated(lock, task, season.name, secret)}  # one at a time: they may be large
        add(_check(record, season, truths[record.task], scorer, home))
    return checks


class _Regenerated(TaskData):
    """A sealed task's data from the secret at hand, whatever stands on disk."""

    def __init__(self, lock: Lock, task: TaskLock, season: str, secret: bytes) -> None:
        self._secret = secret
        super().__init__(lock, task, season=season)

    @cached_property
    def _test(self) -> xr.Dataset:
        return regenerate_sealed(self.lock_task, self._secret)


def first_difference(where: str, recorded: Any, found: Any) -> str:
    """The first number that differs by more than a relative 1e-9, by name; empty where none does."""
    if isinstance(recorded, dict) and isinstance(found, dict):
        if sorted(recorded) != sorted(found):
            return f"{where}: recorded {', '.join(sorted(recorded))}; recomputed {', '.join(sorted(found))}"
        pairs = ((f"{where}.{name}", recorded[name], found[name]) for name in sorted(found))
    elif isinstance(recorded, list) and isinstance(found, list):
        if len(recorded) != len(found):
            return f"{where}: recorded {len(recorded)} numbers, recomputed {len(found)}"
        pairs = ((f"{where}[{i}]", a, b) for i, (a, b) in enumerate(zip(recorded, found, strict=True)))
    elif isinstance(recorded, float) and isinstance(found, float):
        same = math.isclose(recorded, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE * TOLERANCE)
        return "" if same else f"{where}: recorded {recorded!r}, recomputed {found!r}"
    else:
        return f"{where}: recorded {recorded!r}, recomputed {found!r}"
    return next(filter(None, (first_difference(*pair) for pair in pairs)), "")


def _check(record: Record, season: Season, data: TaskData, scorer: Scorer, home: Path) -> Check:
    claim = _false_claim(record, season)
    if claim:
        return Check(_named(record), "different", claim)
    if record.status != "ok":
        return Check(_named(record), "unanswered", record.status)
    try:
        fresh = recomputed(record, data, scorer, home)
    except DynarenaError as error:
        return Check(_named(record), "not recomputed", f"{error.what} ({error.where})")
    for part in ("error", "values", "curves"):
        difference = first_difference(part, getattr(record, part), getattr(fresh, part))
        if difference:
            return Check(_named(record), "different", difference)
    if record.data_digest == data.data_digest:
        return Check(_named(record), "identical")
    told = f"the test set's last bits differ: recorded {record.data_digest}, here {data.data_digest}"
    return Check(_named(record), "equivalent", told)


def _false_claim(record: Record, season: Season) -> str:
    for what, expected, got in _digests(season, record.lock_digest, record.scorer_digest):
        if expected != got:
            return f"made under another {what}: {got}"
    if record.verification != "sealed":
        return f"verification: recorded {record.verification}, expected sealed"
    if record.status != "ok" and (record.values or record.error or record.curves):
        return f"{record.status}, and yet it holds numbers"
    return ""


def _digests(season: Season, lock_digest: str, scorer_digest: str) -> Iterator[tuple[str, str, str]]:
    yield "lock", season.lock_digest, lock_digest
    yield "scorer", season.scorer_digest, scorer_digest


def _named(record: Record) -> str:
    return f"{record.model.name} on {record.task.partition('/')[2]}, seed {record.seed} ({record.id[:12]})"
