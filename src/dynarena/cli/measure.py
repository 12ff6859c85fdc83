"""`measure`: what a generator's clip shows of a scene, without a judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dynarena.cli.output import print_json, print_table, say


def register(app: typer.Typer) -> None:
    """Hang the command on the application."""
    app.command("measure")(measure)


def measure(
    clip: Annotated[Path, typer.Argument(help="a clip: .mp4, .gif, .npy, .npz, .nc, or a folder of pictures")],
    system: Annotated[str, typer.Argument(help="the scene that it shows, as video/parabola")],
    dt: Annotated[float, typer.Option(help="time between frames, in the scene's unit")] = 0.1,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="a NetCDF4 file for all tracks")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table")] = False,
) -> None:
    """Track a scene's objects in a clip: how often they are seen, how fast they move, how steadily they accelerate."""
    from dynarena.data.files import write_netcdf
    from dynarena.evaluation.clips import read_clip
    from dynarena.evaluation.measure import measure as measured
    from dynarena.evaluation.measure import summary

    data = measured(read_clip(clip), system, dt)
    rows = summary(data)
    if output is not None:
        write_netcdf(data, output)
        say(f"wrote {output}")
    if as_json:
        print_json(rows)
        return
    print_table(rows[0].keys(), [[_shown(value) for value in row.values()] for row in rows], title=f"{clip}: {system}")


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
