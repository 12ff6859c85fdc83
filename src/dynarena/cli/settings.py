"""Options that every command takes, and where they come from: flags before environment before dynarena.toml."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from dynarena.errors import SchemaError, UnknownName, UsageError

_KEYS = {"suite": "DYNARENA_SUITE", "home": "DYNARENA_HOME", "workers": "DYNARENA_WORKERS", "device": "DYNARENA_DEVICE"}


@dataclass
class Common:
    """Options that may stand anywhere on the command line."""

    suites: list[str] = field(default_factory=list)
    trust: bool = False
    debug: bool = False
    verbose: bool = False


def common_options(words: list[str], options: Common) -> list[str]:
    """The command line without the common options, which are noted in `options`."""
    rest: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if word == "--":
            rest += [word, *remaining]
        elif word in ("--debug", "--trust", "-v", "--verbose"):
            setattr(options, "verbose" if word == "-v" else word.removeprefix("--"), True)
        elif word == "--suite" or word.startswith("--suite="):
            folder = word.partition("=")[2] or next(remaining, "")
            if not folder:
                raise UsageError("--suite needs a folder", fix="--suite DIR, the folder that holds systems/ …")
            options.suites.append(folder)
        else:
            rest.append(word)
    return rest


def apply(options: Common) -> None:
    """Put flags, then dynarena.toml, into the environment that the rest of the program and its workers read."""
    for key, value in _file_settings().items():
        os.environ.setdefault(_KEYS[key], str(value))
    if options.suites:
        os.environ["DYNARENA_SUITE"] = os.pathsep.join(
            str(Path(folder).expanduser().resolve()) for folder in options.suites
        )
    if options.verbose:
        import logging

        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if options.trust:
        from dynarena.suite.folders import suites
        from dynarena.suite.modules import trust

        private = [suite for suite in suites() if not suite.canonical]
        if not private:
            raise UsageError("--trust needs a private suite", fix="name it: --suite DIR --trust")
        for suite in private:
            trust(suite)


def _file_settings() -> dict[str, object]:
    path = Path("dynarena.toml")
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SchemaError(f"broken TOML: {error}", where=str(path), fix="mend or remove the file") from error
    for key in content:
        if key not in _KEYS:
            raise UnknownName.among("setting", key, _KEYS, where=str(path))
    return content
