"""A suite is a folder that holds systems/, benchmarks/, baselines/, metrics/ and leaderboard/."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dynarena.errors import UsageError

FOLDERS = ("systems", "benchmarks", "baselines", "metrics", "leaderboard")


@dataclass(frozen=True)
class Suite:
    """A named folder of items; the canonical suite's items need no prefix and no trust."""

    name: str
    path: Path
    canonical: bool = False


def canonical() -> Suite:
    """The suite that the wheel carries, else the repository's root."""
    here = Path(__file__).resolve()
    packaged = here.parents[1] / "suites" / "canonical"
    return Suite("canonical", packaged if packaged.is_dir() else here.parents[3], canonical=True)


def suites() -> list[Suite]:
    """The canonical suite, then those that `DYNARENA_SUITE` names (separated as in PATH).

    Raises UsageError where a named folder is not a suite, or two suites have one name.
    """
    found = [canonical()]
    for entry in filter(None, os.environ.get("DYNARENA_SUITE", "").split(os.pathsep)):
        path = Path(entry).expanduser().resolve()
        if not any((path / folder).is_dir() for folder in FOLDERS):
            raise UsageError(
                "this folder is not a suite",
                where=str(path),
                expected="a folder with one or more of " + ", ".join(f"{folder}/" for folder in FOLDERS),
                fix="give the folder that holds them to --suite or DYNARENA_SUITE",
            )
        if path == found[0].path:
            continue
        clash = next((suite for suite in found if suite.name == path.name), None)
        if clash is not None:
            raise UsageError(
                f"two suites are named {path.name!r}", where=f"{clash.path} and {path}", fix="rename one of the folders"
            )
        found.append(Suite(path.name, path))
    return found
