"""`data build|verify|info|clean`: a benchmark's data on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dynarena.cli.output import print_json, print_table, progress, say, size
from dynarena.errors import DataError

if TYPE_CHECKING:
    from dynarena.data.build import Part
    from dynarena.data.verify import Verdict

Benchmark = Annotated[str, typer.Argument(help="a benchmark: name, name@version or name@version.quick")]
Quick = Annotated[bool, typer.Option("--quick", help="the quick variant")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Season = Annotated[str, typer.Option(help="a sealed season's name")]
Workers = Annotated[int, typer.Option(help="processes", min=1, envvar="DYNARENA_WORKERS")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    group = typer.Typer(no_args_is_help=True, help="A benchmark's data on disk.", rich_markup_mode=None)
    for command in (build, verify, info, clean):
        group.command(command.__name__)(command)
    app.add_typer(group, name="data")


def build(benchmark: Benchmark, quick: Quick = False, workers: Workers = 1) -> None:
    """Regenerate a benchmark's data; what is there and right stays, so a killed build goes on where it was."""
    from dynarena.data import benchmarks
    from dynarena.data import build as building

    lock = benchmarks.load_lock(benchmark, quick=quick)
    with progress() as bar:
        task = bar.add_task(f"building {lock.id}", total=len(building.parts(lock)))
        done = building.build(lock, workers=workers, on_part=lambda part: bar.advance(task))
    total = size(sum(part.path.stat().st_size for part in done))
    say(f"{lock.id}: {len(done)} files, {total}, in {done[0].path.parents[1]}")


def verify(benchmark: Benchmark, quick: Quick = False, as_json: Json = False) -> None:
    """Compare the data on disk with the lock: identical, equivalent, statistically equivalent, or different."""
    from dynarena.data import benchmarks
    from dynarena.data import build as building

    lock = benchmarks.load_lock(benchmark, quick=quick)
    rows = [_row(part, verdict) for part, verdict in building.verify(lock)]
    if as_json:
        print_json(rows)
    else:
        shown = ([*map(str, list(row.values())[:3]), row["message"] or _named(row["trajectories"])] for row in rows)
        print_table(("system", "split", "verdict", "trajectories that are not identical"), shown, title=lock.id)
    if any(row["outcome"] in ("different", "unreadable") for row in rows):
        raise typer.Exit(3)


def info(benchmark: Benchmark, quick: Quick = False, as_json: Json = False) -> None:
    """What a benchmark's data are and how large, before they are built."""
    from dynarena.data import benchmarks
    from dynarena.data import build as building

    lock = benchmarks.load_lock(benchmark, quick=quick)
    parts = building.parts(lock)
    rows = [
        {
            "system": part.task.system,
            "split": part.split,
            "trajectories": part.task.splits[part.split].trajectories,
            "points": part.task.splits[part.split].points,
            "shape": part.task.shape,
            "dt": part.task.dt,
            "bytes": part.expected_bytes,
            "built": part.path.is_file(),
        }
        for part in parts
    ]
    if as_json:
        print_json(rows)
        return
    shown = (
        [*list(row.values())[:6], size(part.expected_bytes), row["built"]]
        for row, part in zip(rows, parts, strict=True)
    )
    total = size(sum(part.expected_bytes for part in parts))
    print_table(rows[0].keys(), shown, title=f"{lock.id}: {total} in {parts[0].path.parents[1]}")


def clean(benchmark: Benchmark, quick: Quick = False) -> None:
    """Remove a benchmark's data from disk; they can be regenerated at any time."""
    from dynarena.data import benchmarks
    from dynarena.data import build as building

    lock = benchmarks.load_lock(benchmark, quick=quick)
    say(f"{lock.id}: freed {size(building.clean(lock))}")


def _row(part: Part, verdict: Verdict | DataError) -> dict[str, Any]:
    told = {"system": part.task.system, "split": part.split}
    if isinstance(verdict, DataError):
        return {**told, "outcome": "unreadable", "trajectories": [], "message": str(verdict)}
    return {**told, "outcome": verdict.outcome, "trajectories": verdict.trajectories, "message": ""}


def _named(trajectories: list[int]) -> str:
    return ", ".join(map(str, trajectories[:20])) + (
        f" and {len(trajectories) - 20} more" if len(trajectories) > 20 else ""
    )
