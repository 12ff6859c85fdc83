"""`gains`: what a model makes of how much data, beside another."""

from __future__ import annotations

from typing import Annotated

import typer

from dynarena.cli.data import Json, Quick
from dynarena.cli.output import print_json, print_table, say


def register(app: typer.Typer) -> None:
    """Hang the command on the application."""
    app.command("gains")(gains)


def gains(
    model: Annotated[str, typer.Argument(help="a model on the board")],
    against: Annotated[str, typer.Argument(help="the model that it is measured by")],
    benchmark: Annotated[str, typer.Option("--benchmark", "-b", help="a benchmark")] = "pde-samples",
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """How many fewer train trajectories a model needs than another, and how much less it errs with as many."""
    from dynarena.cli.board import board_of
    from dynarena.data.benchmarks import load_lock
    from dynarena.ranking.gains import gains as compute

    found = compute(board_of(load_lock(benchmark, quick=quick).id), model, against)
    if as_json:
        print_json({
            "model": model, "against": against,
            "efficiency_gain": found.efficiency_gain, "accuracy_gain": found.accuracy_gain,
            "efficiency": found.efficiency.to_dict("records"), "accuracy": found.accuracy.to_dict("records"),
        })  # fmt: skip
        return
    rows = found.accuracy.itertuples()
    print_table(
        ("system", "trajectories", f"error of {model}", f"error of {against}", "accuracy gain"),
        ((r.system, r.trajectories, f"{r.error:.4g}", f"{r.error_against:.4g}", f"{r.gain:.3g}") for r in rows),
    )
    print_table(
        ("system", f"error of {against} with all", f"needed by {model}", "efficiency gain"),
        ((r.system, f"{r.error:.4g}", f"{r.needed:.3g}", f"{r.bound}{r.gain:.3g}")
         for r in found.efficiency.itertuples()),
    )  # fmt: skip
    say(f"{model} beside {against}: {found.efficiency_gain:.3g} times fewer trajectories for one error, "
        f"{found.accuracy_gain:.3g} times less error with all")  # fmt: skip
