"""`publish`: the boards as a static site with all exports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dynarena.cli.board import ranked
from dynarena.cli.output import progress, say
from dynarena.errors import DynarenaError, UsageError

if TYPE_CHECKING:
    from dynarena.schema.lock import Lock
    from dynarena.schema.record import Record


def register(app: typer.Typer) -> None:
    """Hang the command on the application."""
    app.command("publish")(publish)


def publish(
    out: Annotated[Path, typer.Option(help="the folder to write")],
    title: Annotated[str, typer.Option(help="the site's title")] = "dynarena",
    base_url: Annotated[str | None, typer.Option(help="where the site will stand, for canonical links")] = None,
    all_systems: Annotated[
        bool, typer.Option("--all-systems/--board-systems", help="a page for every system, or for those of the boards")
    ] = True,
) -> None:
    """Write the site: a page a benchmark and a system, figures, tables, records. Prints its path last."""
    from dynarena.data.benchmarks import frozen_names, load_lock
    from dynarena.evaluation.shelf import all_records
    from dynarena.publishing.catalogue import catalogue
    from dynarena.publishing.gather import gather_examples
    from dynarena.publishing.site import publish as written
    from dynarena.suite import home, items

    records = all_records()
    known = {record.benchmark for record in records}
    locks = [load_lock(name) for name in frozen_names() if name in known]
    if not locks:
        raise UsageError(
            "there is nothing to publish", got="no records", fix="dynarena submit MODEL --benchmark B --quick"
        )
    wanted = [(lock, season) for lock in locks for season in _seasons(lock, records)]
    with progress() as bar:
        drawn = items("systems") if all_systems else []
        task = bar.add_task("ranking", total=len(wanted) + len(drawn) + 1)
        boards, examples = [], {}
        for lock, season in wanted:
            bar.update(task, description=f"ranking {lock.id}")
            board = ranked(lock, records, season)
            boards.append(board)
            if _is_public(season):
                examples[board.id] = gather_examples(board, home())
            bar.advance(task)
        bar.update(task, description="drawing systems")
        entries = catalogue(drawn, on_entry=lambda name: bar.advance(task))
        bar.update(task, description="drawing the site")
        facts = _computed(locks)
        written(boards, out, title=title, base_url=base_url, examples=examples, computed=facts, catalogue=entries)
        bar.advance(task)
    print((out / "index.html").resolve())


def _seasons(lock: Lock, records: list[Record]) -> list[str]:
    """The seasons of a benchmark that have records: the open one first, then those whose commitment is known here."""
    from dynarena.data.seasons import require_own

    found = {record.season for record in records if record.benchmark == lock.id}
    known = ["open"] if "open" in found else []
    for season in sorted(found - {"open"}):
        try:
            known.append(require_own(season, lock.id).name)
        except UsageError as error:
            say(f"{lock.id}: records of the season {season} are left out: {error.what}")
    return known


def _is_public(season: str) -> bool:
    """Whether truths may be shown."""
    from dynarena.data.seasons import find_season

    return season == "open" or find_season(season).secret is not None


def _computed(locks: Sequence[Lock]) -> dict[str, dict[str, Any]]:
    """The computed facts of every system that still is as the locks froze it."""
    from dynarena.data.system import System

    facts: dict[str, dict[str, Any]] = {}
    for task in (task for lock in locks for task in lock.tasks):
        try:
            found = System(task.system).computed
        except DynarenaError:  # gone or changed since: its page does without
            continue
        if found.get("digest") == task.system_digest:
            facts[task.system] = found
    return facts
