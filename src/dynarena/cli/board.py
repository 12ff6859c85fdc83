"""`leaderboard`, `compare`, `explain`: boards in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dynarena.cli.data import Json, Quick, Season
from dynarena.cli.output import console, print_json, say
from dynarena.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from dynarena.ranking.board import Board
    from dynarena.schema.lock import Lock
    from dynarena.schema.record import Record


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    app.command("leaderboard")(leaderboard)
    app.command("compare")(compare)
    app.command("explain")(explain)


def board_of(benchmark: str, *, quick: bool = False, season: str = "open") -> Board:
    """The board of a benchmark, or of its sealed season, from all records that are known here."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.evaluation.shelf import all_records

    lock = load_lock(benchmark, quick=quick)
    return ranked(lock, all_records(lock.id), season)


def ranked(lock: Lock, records: list[Record], season: str) -> Board:
    """The board of one season; that of a sealed one holds what was sealed, by the scorer that was committed to."""
    from dynarena.data.seasons import require_own
    from dynarena.ranking.board import build_board

    ours = [record for record in records if record.benchmark == lock.id]
    if season == "open":
        return build_board(ours, lock)
    sealed = [record for record in ours if record.verification == "sealed"]
    return build_board(sealed, lock, season=season, scorer_digest=require_own(season, lock.id).scorer_digest)


def leaderboard(
    benchmark: Annotated[str | None, typer.Argument(help="a benchmark; every frozen one where absent")] = None,
    quick: Quick = False,
    season: Season = "open",
    into: Annotated[
        Path | None, typer.Option(help="a Markdown file whose tables between board markers are brought up to date")
    ] = None,
    as_json: Json = False,
) -> None:
    """The board: place, skill with its interval, cost."""
    from dynarena.data.seasons import find_season
    from dynarena.publishing.table import board_table
    from dynarena.publishing.terminal import render_board

    if into is not None:
        _update(into)
        return
    names = [benchmark] if benchmark else _frozen(quick) if season == "open" else [find_season(season).benchmark]
    boards = [board_of(name, quick=quick, season=season) for name in names]
    boards = boards if benchmark else [board for board in boards if len(board.table)]
    if as_json:
        content = [{"benchmark": b.lock.id, "season": b.season, "rows": board_table(b).rows} for b in boards]
        print_json(content[0] if benchmark else content)
        return
    for board in boards:
        console().print(render_board(board))
    if not any(len(board.table) for board in boards):
        say("no records yet: dynarena submit MODEL --benchmark BENCHMARK --quick")


def _update(path: Path) -> None:
    """Bring the tables of a file up to date, from the published records alone."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.evaluation.shelf import published_files
    from dynarena.evaluation.store import from_jsonl
    from dynarena.publishing.embed import embed
    from dynarena.ranking.board import build_board

    def published(name: str) -> Board:
        return build_board((r for file in published_files(name) for r in from_jsonl(file)), load_lock(name))

    if not path.is_file():
        raise UsageError("no such file", where=str(path), fix="name a Markdown file with board markers")
    text = path.read_text(encoding="utf-8")
    path.write_text(embed(text, published, where=str(path)), encoding="utf-8")
    say(f"wrote {path}")


def _frozen(quick: bool) -> list[str]:
    from dynarena.data.benchmarks import frozen_names

    return [name for name in frozen_names() if name.endswith(".quick") or not quick]


def compare(
    first: Annotated[str, typer.Argument(metavar="A")],
    second: Annotated[str, typer.Argument(metavar="B")],
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", "-b", help="a benchmark; every frozen one where absent")
    ] = None,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """Two models, system by system, with a paired interval of their difference."""
    from dynarena.publishing.terminal import render_comparison
    from dynarena.ranking.compare import compare as compared

    found = []
    known: set[str] = set()
    for name in [benchmark] if benchmark else _frozen(quick):
        board = board_of(name, quick=quick)
        models = set(board.table["model"])
        known |= models
        if {first, second} <= models:
            found.append((board, compared(board, first, second)))
    if not found:
        missing = next((name for name in (first, second) if name not in known), None)
        if missing is not None:
            raise UnknownName.among("model", missing, known, where="the boards")
        raise UsageError(
            "the two models share no board", got=f"{first} and {second}", fix="submit both to one benchmark"
        )
    if as_json:
        print_json(
            [
                {
                    "benchmark": board.lock.id,
                    "a": result.a,
                    "b": result.b,
                    "difference": result.difference,
                    "low": result.low,
                    "high": result.high,
                    "verdict": result.verdict,
                    "systems": result.systems.to_dict("records"),
                }
                for board, result in found
            ]
        )
        return
    for board, result in found:
        console().print(f"[bold]{board.lock.title}[/bold] ({board.lock.id})")
        console().print(render_comparison(result))


def explain(
    record: Annotated[str, typer.Argument(help="a record's id, or its beginning, or MODEL/SYSTEM")],
    as_json: Json = False,
) -> None:
    """Why a cell scored so: value, floor, reference, ratio, worst trajectories, or what went wrong."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.ranking.explain import explain as explained

    found = find_record(record)
    explanation = explained(found, load_lock(found.benchmark))
    if as_json:
        print_json({"record": found.model_dump(by_alias=True), "explanation": str(explanation)})
    else:
        console().print(str(explanation), markup=False)


def find_record(text: str) -> Record:
    """The record that a text names. Raises UnknownName, or UsageError where several fit."""
    from dynarena.evaluation.shelf import all_records

    records = {record.id: record for record in all_records()}
    fitting = [record for name, record in records.items() if name.startswith(text)]
    if not fitting:
        model, _, system = text.partition("/")
        fitting = [
            r for r in records.values() if r.model.name == model and system in (r.system, r.system.partition("/")[2])
        ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = ", ".join(f"{record.id[:12]} ({record.task}, seed {record.seed})" for record in fitting[:8])
        raise UsageError(f"{text!r} fits {len(fitting)} records", got=ids, fix="give the beginning of an id")
    known = [f"{record.model.name}/{record.system.partition('/')[2]}" for record in records.values()]
    raise UnknownName.among("record", text, known)
