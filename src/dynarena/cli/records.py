"""`records check|merge|rescore`: the store of results."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dynarena.cli.data import Json, Quick
from dynarena.cli.output import print_json, print_table, say
from dynarena.errors import DataError, DynarenaError, UsageError

if TYPE_CHECKING:
    from dynarena.schema.record import Record

Folder = Annotated[Path | None, typer.Argument(help="a folder <model>/<benchmark>.jsonl, as leaderboard/records")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    group = typer.Typer(no_args_is_help=True, help="The store of results.", rich_markup_mode=None)
    for command in (check, merge, rescore):
        group.command(command.__name__)(command)
    app.add_typer(group, name="records")


def check(folder: Folder = None, as_json: Json = False) -> None:
    """Whether every published record is whole, known, of a frozen benchmark, and without conflict."""
    from dynarena.evaluation.store import from_jsonl, merge

    if folder is not None and not folder.is_dir():
        raise UsageError("no such folder", where=str(folder), expected="<model>/<benchmark>.jsonl below it")
    files = sorted(_folder(folder).glob("*/*.jsonl"))
    frozen = cache(_frozen)  # a lock's digest writes the whole lock out: once for all records of a benchmark
    problems: list[dict[str, str]] = []
    records: list[Record] = []
    for path in files:
        try:
            found = from_jsonl(path)
        except DataError as error:
            problems.append({"where": str(error.where or path), "problem": error.what})
            continue
        problems += [
            {"where": str(path), "problem": text} for record in found for text in _problems(record, path, frozen)
        ]
        records += found
    for conflict in merge(records).conflicts:
        problems.append({"where": conflict.id, "problem": "two values under one key: " + ", ".join(conflict.fields)})
    if as_json:
        print_json(problems)
    elif problems:
        print_table(("where", "problem"), ((entry["where"], entry["problem"]) for entry in problems))
    say(f"{len(files)} files, {len(records)} records, {len(problems)} problems")
    if problems:
        raise typer.Exit(3)


def merge(folder: Folder = None) -> None:
    """Write your records into the published files: a union, one file a model and benchmark."""
    from dynarena.evaluation.predictions import slug
    from dynarena.evaluation.shelf import user_store
    from dynarena.evaluation.store import from_jsonl, write_jsonl
    from dynarena.evaluation.store import merge as merged

    target = _folder(folder)
    groups: dict[Path, list[Record]] = {}
    for record in user_store().all():
        groups.setdefault(target / slug(record.model.name) / f"{record.benchmark}.jsonl", []).append(record)
    conflicts = []
    for path, records in groups.items():
        outcome = merged(from_jsonl(path) if path.is_file() else [], records)
        conflicts += outcome.conflicts
        kept = outcome.records + [record for conflict in outcome.conflicts for record in conflict.records[:1]]
        write_jsonl(path, kept)
        say(f"{path}: {len(kept)} records")
    for conflict in conflicts:
        say(f"conflict under {conflict.id}: {', '.join(conflict.fields)} differ; the published value stays")
    if conflicts:
        raise typer.Exit(3)


def rescore(
    benchmark: Annotated[str, typer.Argument(help="a benchmark")],
    quick: Quick = False,
) -> None:
    """Recompute every value of your records from the stored predictions, as after a metric has changed."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.data.tasks import TaskData
    from dynarena.evaluation.rescore import rescore as rescored
    from dynarena.evaluation.shelf import user_store
    from dynarena.suite import home

    lock = load_lock(benchmark, quick=quick)
    outcome = rescored(user_store(), lock, provider=TaskData, home=home())
    for name, problem in outcome.problems.items():
        say(f"{name[:12]}: {problem}")
    counts = (
        f"{len(outcome.same)} records stand, {len(outcome.changed)} changed, {len(outcome.problems)} not recomputed"
    )
    say(f"{lock.id}: {counts}")
    if outcome.problems:
        raise typer.Exit(3)


def _folder(folder: Path | None) -> Path:
    from dynarena.suite import canonical

    return folder if folder is not None else canonical().path / "leaderboard" / "records"


def _frozen(benchmark: str) -> tuple[str, str, frozenset[str]]:
    """A lock's id, digest and tasks."""
    from dynarena.data.benchmarks import load_lock

    lock = load_lock(benchmark)
    return lock.id, lock.digest, frozenset(task.id for task in lock.tasks)


def _problems(record: Record, path: Path, frozen: Callable[[str], tuple[str, str, frozenset[str]]]) -> list[str]:
    from dynarena.evaluation.predictions import slug

    found = []
    if path.stem != record.benchmark or path.parent.name != slug(record.model.name):
        found.append(f"{record.model.name} on {record.benchmark} stands in the wrong file")
    try:
        name, digest, tasks = frozen(record.benchmark)
    except DynarenaError as error:
        return [*found, error.what]
    if record.lock_digest != digest:
        found.append(f"{record.task}: the lock's digest is another")
    if record.task not in tasks:
        found.append(f"{record.task} is no task of {name}")
    return found
