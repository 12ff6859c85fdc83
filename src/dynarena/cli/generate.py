"""`generate`: trajectories of one system into a file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from dynarena.cli.convert import Format
from dynarena.cli.output import say, size
from dynarena.errors import UsageError


def register(app: typer.Typer) -> None:
    """Hang the command on the application."""
    app.command("generate")(generate)


def generate(
    system: Annotated[str, typer.Argument(help="a system's id or name")],
    output: Annotated[Path, typer.Option("-o", "--output", help="the file to write")],
    trajectories: Annotated[int, typer.Option(help="how many trajectories", min=1)] = 10,
    points: Annotated[int, typer.Option(help="how many points each", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="which trajectories")] = 0,
    dt: Annotated[float | None, typer.Option(help="step between points, in the system's unit of time")] = None,
    per_period: Annotated[int | None, typer.Option(help="points a dominant period (100)")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="a parameter, as rho=30; may be repeated")] = None,
    split: Annotated[str, typer.Option(help="the law of starts and parameters")] = "test",
    resolution: Annotated[
        int | None, typer.Option(help="pixels of a video, or points an axis of a field", min=8)
    ] = None,
    layout: Format = "netcdf",
) -> None:
    """Regenerate trajectories: the same request gives the same bytes, a longer one begins with a shorter one."""
    import dynarena
    from dynarena.data.layouts import check_suffix, layout_named

    if layout != "netcdf":
        check_suffix(output, layout)
    parameters = parse_settings(settings or [])
    data = dynarena.trajectories(
        system,
        trajectories,
        points,
        seed,
        dt=dt,
        per_period=per_period,
        split=split,
        parameters=parameters,
        resolution=resolution,
    )
    layout_named(layout).write(data, output)
    say(f"wrote {output}: {dict(data.sizes)}, {size(output.stat().st_size)}")


def parse_settings(words: list[str]) -> dict[str, float]:
    """`name=number` words as a mapping. Raises UsageError on anything else."""
    found: dict[str, float] = {}
    for word in words:
        name, equals, value = word.partition("=")
        try:
            if not equals:
                raise ValueError
            found[name.strip()] = float(value)
            if not math.isfinite(found[name.strip()]):
                raise ValueError
        except ValueError:
            raise UsageError("this is no setting", expected="name=number, as rho=30", got=word) from None
    return found
