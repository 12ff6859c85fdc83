"""`season new|seal|reveal|verify`: seasons whose tests nobody knows before they are over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dynarena.cli.data import Json, Quick
from dynarena.cli.output import print_json, print_table, progress, say

Name = Annotated[str, typer.Argument(help="the season's name, as 2026-spring")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    group = typer.Typer(no_args_is_help=True, help="Sealed seasons.", rich_markup_mode=None)
    for command in (new, seal, reveal, verify):
        group.command(command.__name__)(command)
    app.add_typer(group, name="season")


def new(
    name: Name,
    benchmark: Annotated[str, typer.Option("--benchmark", "-b", help="a frozen benchmark")],
    quick: Quick = False,
) -> None:
    """Draw a season's secret, which stays on this machine, and make its test sets."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.data.sealed import draw_season

    lock = load_lock(benchmark, quick=quick)
    with progress() as bar:
        task = bar.add_task(f"drawing {name}", total=len(lock.tasks))
        path = draw_season(name, lock, on_done=lambda done: bar.update(task, completed=done))
    say(f"the secret: {path}\nkeep a copy in a safe place: without it the season cannot be revealed")
    say(f"next: dynarena season seal {name}")


def seal(name: Name) -> None:
    """Publish the commitment: hashes of secret, lock and scorer. From then on the season takes submissions."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.data.seasons import require_kept
    from dynarena.data.seasons import seal as sealed
    from dynarena.evaluation.scoring import Scorer

    lock = load_lock(require_kept(name).benchmark)
    path = sealed(name, lock, Scorer(lock).digest)
    say(f"wrote {path}: commit it where all can see when it appeared")
    say(f"next: dynarena submit MODEL --benchmark {lock.id} --season {name}")


def reveal(name: Name) -> None:
    """Publish the secret. The season is over then, and anyone can verify it."""
    from dynarena.data.seasons import reveal as revealed

    say(f"wrote {revealed(name)}: commit it")
    say(f"next: dynarena season verify {name}")


def verify(
    name: Name,
    predictions: Annotated[
        Path | None, typer.Option(help="the folder that holds predictions/ (DYNARENA_HOME where absent)")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check secret, lock and scorer against the commitment, and every number against regenerated test sets."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.data.seasons import find_season, stated_secret
    from dynarena.evaluation.season import verify_season
    from dynarena.evaluation.shelf import all_records
    from dynarena.suite import home

    season = find_season(name)
    lock = load_lock(season.benchmark)
    records = [record for record in all_records(lock.id) if record.season == name]
    with progress() as bar:
        task = bar.add_task(f"verifying {name}", total=len(records) + 3)
        checks = verify_season(
            season,
            lock,
            stated_secret(season),
            records,
            home=predictions or home(),
            on_check=lambda _: bar.advance(task),
        )
    rows = [{"what": check.what, "verdict": check.verdict, "message": check.message} for check in checks]
    if as_json:
        print_json(rows)
    else:
        print_table(("checked", "verdict", "first difference"), (row.values() for row in rows), title=name)
    failed = [check for check in checks if not check.passed]
    say(f"season {name}: {len(checks)} checks, {len(failed)} failed" + (f"; first: {failed[0].what}" if failed else ""))
    if failed:
        raise typer.Exit(3)
