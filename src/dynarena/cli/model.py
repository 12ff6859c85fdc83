"""`new` and `check`: a template, and a dry run of seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dynarena.cli.data import Json
from dynarena.cli.output import print_json, say


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    app.command("new")(new)
    app.command("check")(check)


def new(file: Annotated[Path, typer.Argument(help="the file to write, as my_model.py")]) -> None:
    """Write a whole model in ten lines, to start from."""
    from dynarena.evaluation.template import write_template

    path = write_template(file)
    say(f"wrote {path}; next: dynarena check {path}")


def check(
    model: Annotated[str, typer.Argument(help="file.py:Class, package.module:Class or a baseline's name")],
    benchmark: Annotated[
        list[str] | None, typer.Option("--benchmark", "-b", help="benchmarks; all quick ones where absent")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick/--full", help="the quick variants")] = True,
    settings: Annotated[list[str] | None, typer.Option("--set", help="an argument of the model, as lr=1e-3")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda", envvar="DYNARENA_DEVICE")] = "cpu",
    as_json: Json = False,
) -> None:
    """Try a model in seconds: shapes, dtypes, NaN, determinism, batch invariance, state leaks, cost of the board."""
    from dynarena.data.benchmarks import frozen_names, load_lock
    from dynarena.data.tasks import TaskData
    from dynarena.evaluation.check import check as checked
    from dynarena.evaluation.settings import parse_settings

    names = benchmark or [name for name in frozen_names() if name.endswith(".quick")]
    locks = [load_lock(name, quick=quick) for name in names]
    shown = say if as_json else print
    report = checked(
        model, locks, provider=TaskData, settings=parse_settings(settings or []), device=device, on_line=shown
    )
    if as_json:
        findings = [{"task": f.task, "name": f.name, "passed": f.passed, **f.facts} for f in report.findings]
        print_json({"passed": report.passed, "findings": findings, "cost_s": report.cost_s})
    if not report.passed:
        raise typer.Exit(3)
