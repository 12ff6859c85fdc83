"""`data build|verify|info|clean`: a benchmark's data on disk."""

from __future__ import annotations

from typing import Annotated

import typer

from dynarena.cli.output import print_json, print_table, progress, say, size

Benchmark = Annotated[str, typer.Argument(help="a benchmark: name, name@version or name@version.quick")]
Quick = Annotated[bool, typer.Option("--quick", help="the quick variant")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]
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
    say(
        f"{lock.id}: {len(done)} files, {size(sum(part.path.stat().st_size for part in done))}, in {done[0].path.parents[1]}"
    )


def verify(benchmark: Benchmark, quick: Quick = False, as_json: Json = False) -> None:
    """Compare the data on disk with the lock: identical, equivalent, statistically equivalent, or different."""
    from dynarena.data import benchmarks
    from dynarena.data import build as building
    from dynarena.errors import DataError

    lock = benchmarks.load_lock(benchmark, quick=quick)
    rows = []
    for part, verdict in building.verify(lock):
        broken = isinstance(verdict, DataError)
        rows.append(
            {
                "system": part.task.system,
                "split": part.split,
                "outcome": "unreadable" if broken else verdict.outcome,
                "trajectories": [] if broken else verdict.trajectories,
                "message": str(verdict) if broken else "",
            }
        )
    if as_json:
        print_json(rows)
    else:
        shown = ((r["system"], r["split"], r["outcome"], r["message"] or _named(r["trajectories"])) for r in rows)
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
    shown = ([size(v) if k == "bytes" else v for k, v in row.items()] for row in rows)
    total = size(sum(part.expected_bytes for part in parts))
    print_table(rows[0].keys(), shown, title=f"{lock.id}: {total} in {parts[0].path.parents[1]}")


def clean(benchmark: Benchmark, quick: Quick = False) -> None:
    """Remove a benchmark's data from disk; they can be regenerated at any time."""
    from dynarena.data import benchmarks
    from dynarena.data import build as building

    lock = benchmarks.load_lock(benchmark, quick=quick)
    say(f"{lock.id}: freed {size(building.clean(lock))}")


def _named(trajectories: list[int]) -> str:
    return ", ".join(map(str, trajectories[:20])) + (
        f" and {len(trajectories) - 20} more" if len(trajectories) > 20 else ""
    )
