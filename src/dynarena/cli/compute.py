"""`compute`: the invariants of systems, with error bars, into systems/_computed/."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TYPE_CHECKING, Annotated

import typer

from dynarena.cli.data import Workers
from dynarena.cli.output import progress, say
from dynarena.errors import DynarenaError

if TYPE_CHECKING:
    from dynarena.suite import Item


def register(app: typer.Typer) -> None:
    """Hang the command on the application."""
    app.command("compute")(compute)


def compute(
    systems: Annotated[list[str] | None, typer.Argument(help="systems; all where absent")] = None,
    workers: Workers = 1,
    missing: Annotated[bool, typer.Option("--missing", help="only what is not there or out of date")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="also clocks that the new ones do not confirm")] = False,
) -> None:
    """Compute exponents, dimensions, clocks and certificates with their error bars; what breaks a law is refused."""
    from dynarena.data.clocks_store import up_to_date
    from dynarena.suite import find, items

    chosen = [find("systems", name) for name in systems] if systems else items("systems")
    todo = [item for item in chosen if not (missing and up_to_date(item))]
    refused: dict[str, str] = {}
    with progress() as bar:
        task = bar.add_task("computing", total=len(todo))
        for item, error in _computed(todo, workers, replace=replace):
            if error:
                refused[item.id] = error
            bar.update(task, advance=1, description=f"computed {item.id}")
    for name in sorted(refused):
        say(f"refused {name}: {refused[name]}")
    say(f"{len(todo) - len(refused)} systems computed, {len(refused)} refused, {len(chosen) - len(todo)} up to date")
    if refused:
        raise typer.Exit(3)


def _computed(todo: list[Item], workers: int, *, replace: bool) -> Iterator[tuple[Item, str]]:
    """Each system as it is done, with the error that it ended with, if any."""
    if workers <= 1:
        for item in todo:
            yield item, _attempt(item, replace)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        futures = {pool.submit(_attempt, item, replace): item for item in todo}
        for future in as_completed(futures):
            yield futures[future], future.result()


def _attempt(item: Item, replace: bool) -> str:
    from dynarena.data.clocks_store import recompute

    try:
        recompute(item, replace=replace)
    except DynarenaError as error:
        return str(error)
    return ""


def _one_thread() -> None:
    os.environ["DYNARENA_THREADS"] = "1"
