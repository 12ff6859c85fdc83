"""The identity of what a metric computes: its source, the parts of dynarena that it computes with, its parameters."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_NO_ARITHMETIC = ("dynarena.errors", "dynarena.schema", "dynarena.suite")
_IN_THE_DATA = ("dynarena.equations",)  # another meaning of an equation makes other truths, and locks hold their hashes
_LEFT_OUT = _NO_ARITHMETIC + _IN_THE_DATA


def scorer_digest(source: bytes, parameters: Mapping[str, Any]) -> str:
    """sha256 over a metric's source, every module of dynarena that it imports, directly or not, and its parameters.

    Errors, schemas and suites are left out: they change no value. So is the grammar of equations, which may grow:
    whoever changes what it means changes the data too, whose hashes stand in every lock.
    """
    parts = {"": source, "parameters": json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode()}
    waiting = list(_imports(source))
    while waiting:
        name = waiting.pop()
        if name in parts or (path := _path(name)) is None:
            continue
        parts[name] = path.read_bytes()
        waiting += _imports(parts[name])
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


@cache
def _imports(source: bytes) -> tuple[str, ...]:
    """The names under dynarena that a source imports; some are attributes of modules, not modules."""
    return tuple(_imported(source))


def _imported(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.startswith("dynarena.") and not name.startswith(_LEFT_OUT))


@cache
def _path(name: str) -> Path | None:
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None
