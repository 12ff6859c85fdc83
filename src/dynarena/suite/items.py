"""Items: one file (or folder) each; the file's name is the item's name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dynarena.errors import UnknownName, UsageError
from dynarena.suite.folders import Suite, suites

SYSTEM_KINDS = ("chaos", "pde", "video")
_SINGULAR = {"systems": "system", "benchmarks": "benchmark", "baselines": "baseline", "metrics": "metric"}


@dataclass(frozen=True)
class Item:
    """One system, benchmark, baseline or metric.

    `kind` is chaos, pde or video for systems and the folder's singular elsewhere.
    """

    suite: Suite
    folder: str
    kind: str
    name: str
    path: Path

    @property
    def id(self) -> str:
        """`kind/name` for systems, the name elsewhere; with `suite:` before it in a private suite."""
        local = f"{self.kind}/{self.name}" if self.folder == "systems" else self.name
        return local if self.suite.canonical else f"{self.suite.name}:{local}"

    @property
    def title(self) -> str:
        """The file's title, read without running it."""
        from dynarena.suite.metadata import title

        return title(self.path)


def items(folder: str) -> list[Item]:
    """All items of a folder in all suites, sorted by id.

    Raises UnknownName where there is no such folder.
    """
    if folder not in _SINGULAR:
        raise UnknownName.among("catalogue", folder, _SINGULAR)
    return sorted((item for suite in suites() for item in _in_suite(suite, folder)), key=lambda item: item.id)


def find(folder: str, name: str) -> Item:
    """The item with this id, or with this short name where it is unique.

    Raises UnknownName with the nearest names, UsageError where a short name is not unique.
    """
    known = items(folder)
    for item in known:
        if name == item.id:
            return item
    short = [item for item in known if name in (item.name, f"{item.suite.name}:{item.name}")]
    if len(short) == 1:
        return short[0]
    if short:
        ids = ", ".join(item.id for item in short)
        raise UsageError(f"{name!r} names several {folder}", got=ids, fix=f"write one of {ids}")
    raise UnknownName.among(_SINGULAR[folder], name, [*(item.id for item in known), *(item.name for item in known)])


def _in_suite(suite: Suite, folder: str) -> list[Item]:
    root = suite.path / folder
    if folder == "systems":
        return [
            Item(suite, folder, kind, path.stem, path)
            for kind in SYSTEM_KINDS
            for path in sorted((root / kind).glob("*.toml"))
        ]
    kind = _SINGULAR[folder]
    if folder == "benchmarks":
        return [Item(suite, folder, kind, path.stem, path) for path in sorted(root.glob("*.toml"))]
    files = [path for path in sorted(root.glob("*.py")) if not path.name.startswith("_")]
    packages = [path.parent for path in sorted(root.glob("*/model.py"))] if folder == "baselines" else []
    return [Item(suite, folder, kind, path.stem, path) for path in [*files, *packages]]
