"""Benchmarks: their files, their quick variants, their locks."""

from __future__ import annotations

import fnmatch
import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dynarena.data.system import System
from dynarena.errors import SchemaError, UnknownName, UsageError
from dynarena.schema.benchmark import BenchmarkSpec
from dynarena.schema.lock import Lock
from dynarena.schema.toml import read_toml
from dynarena.schema.variants import read_system
from dynarena.suite import Item, find, items, suites


def read_benchmark(item: Item, *, quick: bool = False) -> BenchmarkSpec:
    """The draft as written, or with the overrides of its [quick] table.

    Raises SchemaError naming file, line and key; UsageError where there is no quick variant.
    """
    plain = read_toml(item.path, BenchmarkSpec)
    if not quick:
        return plain
    if plain.quick is None:
        raise UsageError(f"{item.id} has no quick variant", where=str(item.path), fix="add a [quick] table")
    content = tomllib.loads(item.path.read_text(encoding="utf-8"))
    overrides = content.pop("quick")
    try:
        return BenchmarkSpec.model_validate(_merged(content, overrides))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(["quick", *(str(part) for part in first["loc"])])
        raise SchemaError(first["msg"], where=f"{item.path}, key {key!r}", fix="correct the quick table") from error


def resolve_systems(spec: BenchmarkSpec, *, where: str) -> list[str]:
    """The ids that the draft's globs name and its `where` lets pass, each once.

    A system whose truth is not certified, or not yet computed, is left out, unless it is written out, which is refused.
    Raises UnknownName where a glob names nothing or a tag is unknown, UsageError where nothing is left.
    """
    known = [item.id for item in items("systems")]
    chosen: list[str] = []
    for pattern in spec.systems:
        found = fnmatch.filter(known, pattern)
        if not found:
            raise UnknownName.among("system", pattern, known, where=where)
        chosen += [name for name in found if name not in chosen and _certified(name, pattern, where=where)]
    return chosen if not spec.where else _tagged(chosen, spec.where, where=where)


def _certified(name: str, pattern: str, *, where: str) -> bool:
    system = System(name)
    settled = system.kind != "chaos" or system.spec.timescale is not None or "timescale" in system.computed
    certified = settled and bool(system.computed.get("certified", True))
    if name == pattern and not certified:
        raise UsageError(
            f"{name} stands on no board: its truth is not certified",
            where=where,
            fix=f"take it out, or mend its step and run dynarena compute {name}",
        )
    return certified


def _tagged(systems: list[str], wanted: list[str], *, where: str) -> list[str]:
    """The systems with every tag of `wanted`, and none that has a ! before it.

    Beside those of the file each has its engine's name, and `chaotic` or `regular`.
    """
    specs = {name: read_system(find("systems", name).path) for name in systems}
    tags = {name: {*spec.tags, spec.engine, "chaotic" if spec.chaotic else "regular"} for name, spec in specs.items()}
    known = {"chaotic", "regular"}.union(*tags.values())
    for tag in wanted:
        if tag.removeprefix("!") not in known:
            raise UnknownName.among("tag", tag, known, where=f"{where}, key 'where'")
    have = {tag for tag in wanted if not tag.startswith("!")}
    lack = {tag.removeprefix("!") for tag in wanted if tag.startswith("!")}
    found = [name for name in systems if have <= tags[name] and not lack & tags[name]]
    if not found:
        raise UsageError("no system is left", where=f"{where}, key 'where'", got=", ".join(wanted), fix="ask for less")
    return found


def lock_path(item: Item, version: str, *, quick: bool) -> Path:
    """Where a benchmark's lock stands."""
    return item.suite.path / "benchmarks" / "locks" / f"{item.name}@{version}{'.quick' if quick else ''}.json"


def load_lock(name: str, *, quick: bool = False) -> Lock:
    """The lock of `name`, `name@version` or `name@version.quick`; the draft's version unless one is named.

    Raises UnknownName, or UsageError where it was never frozen.
    """
    plain, _, version = name.partition("@")
    if version.endswith(".quick"):
        version, quick = version.removesuffix(".quick"), True
    item = find("benchmarks", plain)
    path = lock_path(item, version or read_toml(item.path, BenchmarkSpec).version, quick=quick)
    if not path.is_file():
        known = frozen_names()
        raise UsageError(
            f"{path.stem} is not frozen",
            where=str(path),
            got="locks: " + (", ".join(known) or "none"),
            fix=f"dynarena benchmark freeze {plain}" + (" --quick" if quick else ""),
        )
    return read_lock(path)


def frozen_names() -> list[str]:
    """The ids of all locks, those of private suites with their prefix."""
    return [
        path.stem if suite.canonical else f"{suite.name}:{path.stem}"
        for suite in suites()
        for path in sorted((suite.path / "benchmarks" / "locks").glob("*.json"))
    ]


def read_lock(path: Path) -> Lock:
    """The lock in a file. Raises SchemaError where it is not one."""
    try:
        return Lock.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, ValidationError) as error:
        raise SchemaError("this is not a lock", where=str(path), got=str(error)[:200], fix="restore it") from error


def _merged(base: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in overrides.items():
        nested = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if nested else value
    return merged
