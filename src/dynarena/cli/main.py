"""The `dynarena` command: options for every command, and errors without tracebacks."""

from __future__ import annotations

import errno
import os
import sys
from typing import Annotated

import typer

from dynarena import __version__
from dynarena.cli import settings
from dynarena.errors import DynarenaError, UsageError

app = typer.Typer(
    name="dynarena",
    help="Score models that predict dynamics; regenerate their data; publish the boards.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    epilog="Anywhere: --suite DIR adds a private suite, --trust trusts its Python once, --debug shows tracebacks.",
)


_INTERRUPTED = 130


def _say_version(asked: bool) -> None:
    if asked:
        print(f"dynarena {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="the version, then leave")
    ] = False,
) -> None:
    del version  # its callback has spoken


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit status.

    0 all asked for was done; 3 some cells are not ok; 2 wrong usage; 1 our error.
    """
    options = settings.Common()
    try:
        words = settings.common_options(sys.argv[1:] if arguments is None else arguments, options)
        settings.apply(options)
        _load_commands()
        status = app(words, prog_name="dynarena", standalone_mode=False)
        if status == _INTERRUPTED:  # the command line turns an interrupt into this
            raise KeyboardInterrupt
    except typer.Exit as leave:
        status = leave.exit_code
    except (KeyboardInterrupt, typer.Abort):
        status = _say("stopped; what was finished is kept, and the same command goes on from there", _INTERRUPTED)
    except DynarenaError as error:
        if options.debug:
            raise
        status = _say(f"error: {error}", 2 if isinstance(error, UsageError) else 1)
    except Exception as error:
        if options.debug:
            raise
        status = _unexpected(error)
    sys.exit(status if isinstance(status, int) else 0)


def _unexpected(error: Exception) -> int:
    show = getattr(error, "show", None)
    if show is not None:  # the command line's own usage errors
        show()
        return int(getattr(error, "exit_code", 2))
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _say("error: the disk is full; nothing written was lost\n  fix:      free space or set DYNARENA_HOME", 1)
    return _say(
        f"error: {type(error).__name__}: {error}\n  fix:      run it again with --debug and report the traceback", 1
    )


def _say(text: str, status: int) -> int:
    sys.stderr.write(text + "\n")
    return status


def _load_commands() -> None:
    """Import the command files, each of which hangs its commands on `app`."""
    from dynarena.cli import (
        benchmark,
        board,
        catalogue,
        compute,
        convert,
        data,
        gains,
        generate,
        machine,
        measure,
        model,
        publish,
        records,
        season,
        submit,
        tune,
    )

    for module in (
        catalogue,
        generate,
        convert,
        data,
        benchmark,
        compute,
        model,
        submit,
        measure,
        tune,
        board,
        gains,
        publish,
        records,
        season,
        machine,
    ):
        module.register(app)


if __name__ == "__main__":
    main()
