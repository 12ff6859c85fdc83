"""Engines integrate, solve and render; a system's file names the one it needs."""

from __future__ import annotations

from importlib.metadata import entry_points

from dynarena.engines.base import Engine as Engine
from dynarena.engines.base import Simulator as Simulator
from dynarena.errors import UnknownName


def find(name: str) -> Engine:
    """The engine of this name, from the entry-point group `dynarena.engines`. Raises UnknownName."""
    known = {entry.name: entry for entry in entry_points(group="dynarena.engines")}
    if name not in known:
        raise UnknownName.among("engine", name, known)
    engine: Engine = known[name].load()()
    return engine
