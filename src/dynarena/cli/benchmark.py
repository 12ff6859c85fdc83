"""`benchmark freeze|check`: writing and checking locks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dynarena.cli.data import Benchmark, Json, Quick, Workers
from dynarena.cli.output import print_json, print_table, progress, say
from dynarena.errors import NotCertified, UsageError


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    group = typer.Typer(no_args_is_help=True, help="Write or check a benchmark's lock.", rich_markup_mode=None)
    group.command("freeze")(freeze)
    group.command("check")(check)
    app.add_typer(group, name="benchmark")


def freeze(
    benchmark: Benchmark,
    quick: Quick = False,
    workers: Workers = 1,
    force: Annotated[bool, typer.Option(help="overwrite a lock; only before it is published")] = False,
) -> None:
    """Freeze a benchmark's draft into a lock. A published lock never changes: raise the version instead.

    Systems that a pattern named and whose truth is not certified over the horizon are left out, and named.
    """
    from dynarena.data.benchmarks import lock_path, read_benchmark
    from dynarena.data.files import write_atomically
    from dynarena.evaluation.axes import tasks_asked
    from dynarena.evaluation.freeze import freeze as frozen
    from dynarena.suite import find

    item = find("benchmarks", benchmark)
    draft = read_benchmark(item, quick=quick)
    path = lock_path(item, draft.version, quick=quick)
    if path.exists() and not force:
        raise UsageError(
            f"{path.stem} is frozen already",
            where=str(path),
            fix="raise version in the draft, or --force before publishing",
        )
    total = len(tasks_asked(draft, where=str(item.path)))
    left_out: list[NotCertified] = []
    with progress() as bar:
        task = bar.add_task(f"freezing {path.stem}", total=total)
        lock = frozen(
            item, quick=quick, workers=workers, on_task=lambda name: bar.advance(task), on_left_out=left_out.append
        )
    for why in left_out:
        say(f"left out: {why.where}: {why.what}, expected {why.expected}, got {why.got}")
    write_atomically(path, lambda part: _write(part, lock.to_text()))
    say(f"wrote {path}: {len(lock.tasks)} tasks, digest {lock.digest}")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def check(benchmark: Benchmark, quick: Quick = False, as_json: Json = False) -> None:
    """Recompute a lock from its draft and compare: data, clocks, floors, reference errors."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.evaluation.freeze import differences

    lock = load_lock(benchmark, quick=quick)
    with progress() as bar:
        task = bar.add_task(f"checking {lock.id}", total=len(lock.tasks))
        found = differences(lock, on_task=lambda name: bar.advance(task))
    if as_json:
        print_json(found)
    elif found:
        print_table(("where", "frozen", "recomputed"), ((d["where"], d["frozen"], d["recomputed"]) for d in found))
    if not as_json:
        say(f"{lock.id}: " + (f"{len(found)} differences" if found else "identical"))
    if found:
        raise typer.Exit(3)
