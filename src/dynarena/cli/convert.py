"""`convert`: trajectories from one suite's layout to another's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dynarena.cli.output import say, size

Format = Annotated[str, typer.Option("--format", help="the layout to write: netcdf, well, pdebench or npy")]


def register(app: typer.Typer) -> None:
    """Hang the command on the application."""
    app.command("convert")(convert)


def convert(
    source: Annotated[Path, typer.Argument(help="a file of trajectories")],
    output: Annotated[Path, typer.Option("-o", "--output", help="the file to write")],
    layout: Format,
    origin: Annotated[
        str | None, typer.Option("--from", help="the layout of the source, where its suffix does not tell")
    ] = None,
) -> None:
    """Read trajectories of one layout and write them in another: The Well, PDEBench, plain numpy, our own."""
    from dynarena.data.layouts import check_suffix, layout_named, layout_of

    check_suffix(output, layout)
    known = origin or layout_of(source)
    data = layout_named(known).read(source)
    layout_named(layout).write(data, output)
    say(f"{source} ({known}) -> {output} ({layout}): {dict(data.sizes)}, {size(output.stat().st_size)}")
