"""Where records stand: published in the suites, and a user's own under DYNARENA_HOME."""

from __future__ import annotations

from pathlib import Path

from dynarena.evaluation.store import RecordStore, from_jsonl
from dynarena.schema.record import Record
from dynarena.suite import home, suites


def user_store() -> RecordStore:
    """The user's own records."""
    return RecordStore(home() / "records")


def published_files(benchmark: str | None = None) -> list[Path]:
    """The published files of all suites, or those of one benchmark (`name@version[.quick]`)."""
    pattern = f"*/{benchmark}.jsonl" if benchmark else "*/*.jsonl"
    return sorted(path for suite in suites() for path in (suite.path / "leaderboard" / "records").glob(pattern))


def all_records(benchmark: str | None = None) -> list[Record]:
    """Published records and the user's own; those of one benchmark where it is named.

    A cell that the user has run stands as it came out here; `records merge` shows where it contradicts the published
    one. Two published values under one key both stay, and ranking shows the conflict.
    """
    own = user_store().find(benchmark=benchmark)
    replaced = {record.id for record in own}
    published = [record for path in published_files(benchmark) for record in from_jsonl(path)]
    return [*(record for record in published if record.id not in replaced), *own]
