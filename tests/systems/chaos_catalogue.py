"""The chaotic catalogue as its tests see it: files, simulators, computed facts, seeded starts."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dynarena import engines
from dynarena.engines.base import Simulator
from dynarena.engines.points import PointSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec
from dynarena.schema.variants import read_system

ROOT = Path(__file__).parents[2] / "systems"
FILES = {path.stem: path for path in sorted((ROOT / "chaos").glob("*.toml"))}


def _engine(path: Path) -> str:
    content = tomllib.loads(path.read_text())
    return str(content["engine"] if "engine" in content else _engine(path.with_name(content["variant_of"] + ".toml")))


COMPUTED = [name for name in FILES if (ROOT / "_computed" / "chaos" / f"{name}.json").is_file()]
POINTS = [name for name in COMPUTED if _engine(FILES[name]) in ("ode", "map")]
each_file = pytest.mark.parametrize("name", FILES)
each_system = pytest.mark.parametrize("name", COMPUTED)
each_point_system = pytest.mark.parametrize("name", POINTS)


@cache
def spec(name: str) -> SystemSpec:
    return read_system(FILES[name])


@cache
def simulator(name: str) -> Any:
    return engines.find(spec(name).engine).compile(spec(name))


def is_map(name: str) -> bool:
    return spec(name).engine == "map"


@cache
def facts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "_computed" / "chaos" / f"{name}.json").read_text())
    return found


def timescale(name: str) -> float:
    return float(facts(name)["timescale"]["value"])


def step_of(name: str) -> float:
    """A sampling step: one iteration, or a hundredth of a timescale."""
    return 1.0 if is_map(name) else timescale(name) / 100


def angles(name: str) -> tuple[str, ...]:
    return tuple(getattr(simulator(name), "angles", spec(name).angles))


def seeded(name: str, n: int, split: str = "test", burn_in: float = 0.0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Parameters and starts of n trajectories after burn_in timescales."""
    system: Simulator = simulator(name)
    streams = Streams([trajectory_key("catalogue", name, index) for index in range(n)])
    parameters = system.parameters(streams, split)
    start = system.start(streams, parameters, split)
    return parameters, system.advance(start, parameters, burn_in * timescale(name))


def named(system: PointSimulator, states: np.ndarray) -> dict[str, np.ndarray]:
    """States [..., component] by the names that expressions use."""
    if system.system.indexed:
        return {system.system.indexed: states}
    return {label: states[..., k] for k, label in enumerate(system.labels)}


def apart(name: str, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Differences of states, those of angles round the circle."""
    gap = one - other
    for place, label in enumerate(simulator(name).labels):
        if label in angles(name):
            gap[..., place] = (gap[..., place] + np.pi) % (2 * np.pi) - np.pi
    return gap
