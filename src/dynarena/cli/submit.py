"""`submit` and `score`: a model, or its predictions, onto the boards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from dynarena.cli.board import board_of
from dynarena.cli.data import Json, Quick, Season
from dynarena.cli.output import console, print_json, print_table, progress, say
from dynarena.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from dynarena.schema.lock import Lock
    from dynarena.schema.record import Knows, Record

CLASSES = ("nothing", "family", "equations")
Benchmarks = Annotated[list[str], typer.Option("--benchmark", "-b", help="a benchmark; may be repeated")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="an argument of the model, as lr=1e-3; may be repeated")
]
Device = Annotated[str, typer.Option(help="cpu or cuda", envvar="DYNARENA_DEVICE")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    app.command("submit")(submit)
    app.command("score")(score)


def submit(
    benchmark: Benchmarks,
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL…", help="file.py:Class, package.module:Class or a baseline's name; several may be given"
        ),
    ] = None,
    tier: Annotated[str | None, typer.Option(help="every baseline of this tier, as core")] = None,
    quick: Quick = False,
    seeds: Annotated[int | None, typer.Option(help="fit seeds (the benchmark's own number)", min=1)] = None,
    settings: Settings = None,
    workers: Annotated[
        int | None, typer.Option(help="local worker processes", min=1, envvar="DYNARENA_WORKERS")
    ] = None,
    scheduler: Annotated[str | None, typer.Option(help="address of a dask scheduler")] = None,
    device: Device = "cpu",
    season: Season = "open",
    as_json: Json = False,
) -> None:
    """Fit, forecast in isolation, score and record. Cells that are done are skipped, so the same command resumes."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.data.tasks import TaskData
    from dynarena.evaluation.loading import locate
    from dynarena.evaluation.settings import parse_settings
    from dynarena.evaluation.shelf import user_store
    from dynarena.evaluation.submit import submit_all
    from dynarena.suite import home

    locks = [load_lock(name, quick=quick) for name in benchmark]
    given = parse_settings(settings or [])
    sources = [locate(name, given) for name in _chosen(models or [], tier)]
    with progress() as bar:
        task = bar.add_task("planning", total=None)

        def shown(record: Record, done: int, total: int) -> None:
            label = f"{record.model.name} on {record.system}: {record.status}"
            bar.update(task, description=f"{label:<58.58}", completed=done, total=total)

        records = submit_all(
            sources,
            locks,
            provider=TaskData,
            store=user_store(),
            home=home(),
            seeds=seeds,
            workers=workers,
            scheduler=scheduler,
            device=device,
            season=season,
            on_progress=shown,
        )
    report(records, locks, season=season, as_json=as_json)


def score(
    file: Annotated[Path, typer.Argument(help="NetCDF4 with a group kind/system a task, or a folder of files")],
    benchmark: Annotated[str, typer.Option("--benchmark", "-b", help="a benchmark")],
    name: Annotated[str, typer.Option(help="the name that stands on the board")],
    knows: Annotated[str, typer.Option(help="what it knew beforehand: nothing, family or equations")] = "nothing",
    quick: Quick = False,
    season: Season = "open",
    as_json: Json = False,
) -> None:
    """Score predictions made elsewhere; the file is read in a process of its own."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.data.tasks import TaskData
    from dynarena.evaluation.shelf import user_store
    from dynarena.evaluation.submission_file import score_file
    from dynarena.suite import home

    if knows not in CLASSES:
        raise UnknownName.among("class of information", knows, CLASSES, where="--knows")
    lock, chosen = load_lock(benchmark, quick=quick), cast("Knows", knows)
    records = score_file(
        file, lock, name=name, provider=TaskData, store=user_store(), home=home(), season=season, knows=chosen
    )
    report(records, [lock], season=season, as_json=as_json)


def report(records: list[Record], locks: list[Lock], *, season: str = "open", as_json: bool) -> None:
    """Where the models stand now, what was worst and what to do next; status 3 where a cell is not ok."""
    if as_json:
        print_json([record.model_dump(by_alias=True) | {"id": record.id} for record in records])
    else:
        for lock in locks:
            _report_board(lock, [record for record in records if record.benchmark == lock.id], season)
    if any(record.status not in ("ok", "not-applicable") for record in records):
        raise typer.Exit(3)


def _report_board(lock: Lock, records: list[Record], season: str) -> None:
    from dynarena.evaluation.shelf import user_store
    from dynarena.publishing.terminal import render_board

    board = board_of(lock.id, season=season)
    console().print(render_board(board))
    ours = {record.model.digest for record in records}
    labels = [row.model for row in board.table.itertuples() if row.digest in ours]
    frame = board.systems[board.systems["model"].isin(labels)].sort_values("r", ascending=False)
    if len(labels) == 1:
        rows = ((s.system, f"{s.skill:.3f}", f"{s.value:.4g}", s.status) for s in frame.head(5).itertuples())
        print_table(("worst systems", "skill", lock.primary.name, "status"), rows)
    for record in records:
        if record.status not in ("ok", "not-applicable"):
            lines = "\n".join(f"  {key + ':':<10}{text}" for key, text in record.told)
            cell = f"{record.model.name} on {record.system}, seed {record.seed}"
            say(f"{record.status}: {cell} (explain {record.id[:12]})\n{lines}")
    say(f"records: {user_store().folder}")
    if len(labels) == 1 and records:
        say(f"next: dynarena explain {records[0].id[:12]}    dynarena publish --out site")


def _chosen(models: list[str], tier: str | None) -> list[str]:
    if tier is None:
        if not models:
            raise UsageError(
                "no model", expected="MODEL, or --tier core", fix="dynarena list baselines shows what there is"
            )
        return models
    import ast

    from dynarena.suite import items, literals

    found = []
    for item in items("baselines"):
        source = item.path / "model.py" if item.path.is_dir() else item.path
        classes = [
            node for node in ast.parse(source.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)
        ]
        if any(literals(node.body).get("tier") == tier for node in classes):
            found.append(item.id)
    if not found:
        raise UsageError(f"no baseline has tier {tier!r}", fix="dynarena list baselines shows what there is")
    return [*models, *found]
