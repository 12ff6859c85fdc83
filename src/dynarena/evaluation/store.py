"""Records at work and in public: one file a record, or sorted JSON lines; merging is union, and a conflict is shown."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from dynarena.data.files import write_atomically
from dynarena.errors import DataError
from dynarena.schema.record import Record

# What two runs of one cell may differ in without contradicting each other.
_INCIDENTAL = {"created", "cost", "environment", "hardware", "predictions", "message", "isolation", "verification"}
_LONGEST_LINE = 16 << 20


@dataclass(frozen=True)
class Conflict:
    """Records under one id whose values differ, and the names of the fields in which they do."""

    id: str
    records: tuple[Record, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Merged:
    """The union of some records: one of each id, sorted, and the ids under which values differ (in neither part)."""

    records: list[Record]
    conflicts: list[Conflict]


class RecordStore:
    """A folder with one file a record, named by its id. A file is whole or not there.

    A file that holds no record (edited, or damaged from outside) is left out and named in a warning; it stops nothing,
    and its cell is run again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def add(self, record: Record) -> Path:
        """Write a record, in place of an earlier one of the same id.

        Raises ResourceError where the disk is full; what was written before stays.
        """
        path = self._path(record.id)
        write_atomically(path, lambda part: _write_text(part, record.to_line() + "\n"))
        return path

    def get(self, record_id: str) -> Record | None:
        """The record of this id, or None."""
        path = self._path(record_id)
        return _read_own(path) if path.exists() else None

    def all(self) -> list[Record]:
        """Every whole record, sorted as published."""
        found = (_read_own(path) for path in sorted(self.folder.glob("*.json")))
        return sorted((record for record in found if record is not None), key=order)

    def find(self, *, benchmark: str | None = None, model: str | None = None, task: str | None = None) -> list[Record]:
        """The records of a benchmark (`name@version[.quick]`), a model's name or digest, a task."""
        return [
            record
            for record in self.all()
            if benchmark in (None, record.benchmark)
            and model in (None, record.model.name, record.model.digest)
            and task in (None, record.task)
        ]

    def remove(self, record_id: str) -> None:
        """Forget a record; nothing happens where there is none."""
        self._path(record_id).unlink(missing_ok=True)

    def _path(self, record_id: str) -> Path:
        return self.folder / f"{record_id}.json"


def order(record: Record) -> tuple[object, ...]:
    """The order of published lines."""
    return (record.benchmark, record.task, *record.key[1:], record.id)


def to_jsonl(records: Iterable[Record]) -> str:
    """The published form: canonical JSON lines, sorted, one of each id."""
    unique = {record.id: record for record in records}
    return "".join(record.to_line() + "\n" for record in sorted(unique.values(), key=order))


def write_jsonl(path: Path, records: Iterable[Record]) -> None:
    """Publish records into a file, whole or not at all."""
    write_atomically(Path(path), lambda part: _write_text(part, to_jsonl(records)))


def from_jsonl(path: Path) -> list[Record]:
    """The records of a published file. Raises DataError naming file and line of the first that is none."""
    return list(_lines(Path(path)))


def merge(*parts: Iterable[Record]) -> Merged:
    """The union. Records of one id that agree in everything but cost, machine and time are one: the first stays."""
    groups: dict[str, list[Record]] = {}
    for part in parts:
        for record in part:
            groups.setdefault(record.id, []).append(record)
    records, conflicts = [], []
    for record_id, group in groups.items():
        fields = _differing(group)
        if fields:
            conflicts.append(Conflict(record_id, tuple(group), fields))
        else:
            records.append(group[0])
    return Merged(sorted(records, key=order), sorted(conflicts, key=lambda conflict: conflict.id))


def read_line(text: str, where: str) -> Record:
    """One record from JSON. Raises DataError naming the place and the field that is wrong."""
    if len(text) > _LONGEST_LINE:
        raise DataError(
            "a record is too long", where=where, expected=f"at most {_LONGEST_LINE} characters", got=str(len(text))
        )
    try:
        return Record.from_line(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(the whole line)"
        got = repr(first.get("input"))[:80]
        fix = "publish the records again, or remove the line"
        raise DataError(
            "not a record", where=f"{where}, key {key!r}", expected=first["msg"], got=got, fix=fix
        ) from error
    except (ValueError, RecursionError) as error:
        fix = "publish the records again, or remove the line"
        raise DataError(
            "not a record", where=where, expected="one JSON object", got=repr(text[:60]), fix=fix
        ) from error


def _read_own(path: Path) -> Record | None:
    """The record in a file of the store, or None with a warning."""
    try:
        record = read_line(path.read_text(encoding="utf-8"), str(path))
        if record.id != path.stem:
            raise DataError("this file is named after another record", where=str(path), expected=f"{record.id}.json")
    except (OSError, UnicodeDecodeError, DataError) as error:
        _warn(str(path), error.what if isinstance(error, DataError) else str(error))
        return None
    return record


@lru_cache(maxsize=1000)
def _warn(path: str, reason: str) -> None:
    """Once a process and file."""
    advice = "remove it; submit again runs its cell again"
    logging.getLogger("dynarena").warning(
        "warning: a record is left out: %s\n  where:    %s\n  fix:      %s", reason, path, advice
    )


def _lines(path: Path) -> Iterator[Record]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"these records cannot be read: {error}", where=str(path), fix="give a .jsonl file") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield read_line(line, f"{path}, line {number}")


def _differing(group: list[Record]) -> tuple[str, ...]:
    contents = [record.model_dump(mode="json", exclude=_INCIDENTAL) for record in group]
    names = contents[0]
    return tuple(
        name for name in names if any(json.dumps(content[name]) != json.dumps(names[name]) for content in contents)
    )


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
