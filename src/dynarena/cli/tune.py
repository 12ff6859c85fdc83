"""`tune`: one equal budget for every model, and its outcome kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dynarena.cli.data import Json, Quick
from dynarena.cli.output import print_json, print_table, progress, say

if TYPE_CHECKING:
    from dynarena.evaluation.loading import ModelSource
    from dynarena.schema.lock import Lock

TRIALS = 4


def register(app: typer.Typer) -> None:
    """Hang the command on the application."""
    app.command("tune")(tune)


def tune(
    models: Annotated[list[str], typer.Argument(metavar="MODEL…", help="models whose class states `search`")],
    benchmark: Annotated[str, typer.Option("--benchmark", "-b", help="where settings are judged")] = "chaos-tuning",
    trials: Annotated[int, typer.Option(help="settings tried a model, the one as it stands included", min=2)] = TRIALS,
    quick: Quick = False,
    workers: Annotated[int | None, typer.Option(help="local worker processes", min=1)] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the outcomes; none are written where absent")] = None,
    as_json: Json = False,
) -> None:
    """Try settings of each model on the val split of a tuning benchmark and say which are best."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.evaluation.loading import locate

    sources = [locate(name) for name in models]
    lock = load_lock(benchmark, quick=quick)
    outcomes = [_tuned(name, source, lock, trials, workers) for name, source in zip(models, sources, strict=True)]
    for outcome in outcomes:
        if out is not None:
            path = out / f"{outcome['model']}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(outcome, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            say(f"wrote {path}")
        if not as_json:
            rows = ((_text(t["settings"]), f"{t['skill']:.4f}", f"{t['fit_s']:.2f}") for t in outcome["trials"])
            print_table((outcome["model"], "skill", "fit s"), rows)
            say(f"best: {_text(outcome['chosen'])}")
    if as_json:
        print_json(outcomes)


def _tuned(reference: str, source: ModelSource, lock: Lock, count: int, workers: int | None) -> dict[str, Any]:
    """All trials of one model with the skill of each, and the settings of the best."""
    from dynarena.data.tasks import TaskData
    from dynarena.evaluation.loading import locate
    from dynarena.evaluation.shelf import user_store
    from dynarena.evaluation.submit import submit_all
    from dynarena.evaluation.trials import trials
    from dynarena.ranking.board import build_board
    from dynarena.suite import home

    settings = trials(source.search, count, source.card.name)
    sources = [locate(reference, given) for given in settings]
    with progress() as bar:
        task = bar.add_task(f"tuning {source.card.name}", total=len(sources) * len(lock.tasks))
        records = submit_all(
            sources, [lock], provider=TaskData, store=user_store(), home=home(), seeds=1, workers=workers,
            on_progress=lambda record, done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    table = build_board(records, lock).table.set_index("digest")
    outcome: list[dict[str, Any]] = [
        {"settings": given, "skill": _rounded(table.loc[tried.card.digest, "skill"]),
         "fit_s": _rounded(table.loc[tried.card.digest, "fit_s"])}
        for given, tried in zip(settings, sources, strict=True)
    ]  # fmt: skip
    best = max(outcome, key=lambda trial: float(trial["skill"]))
    return {"model": source.card.name, "benchmark": lock.id, "lock": lock.digest, "trials": outcome,
            "chosen": best["settings"]}  # fmt: skip


def _rounded(value: Any) -> float:
    return float(f"{float(value):.5g}")


def _text(settings: dict[str, Any]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in settings.items()) or "as it stands"
