"""Small systems for the tests of the spectral engine."""

from __future__ import annotations

from typing import Any

from dynarena.engines.spectral import Spectral, SpectralSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec


def spec(equations: list[str], **changes: Any) -> SystemSpec:
    """A one-field system on a circle of length 2 pi unless told otherwise."""
    content: dict[str, Any] = {
        "schema": 1,
        "title": "test",
        "about": "",
        "source": "",
        "engine": "spectral",
        "state": ["u"],
        "equations": equations,
        "domain": {"length": ["2*pi"], "points": [64]},
        "solver": {"step": 0.01},
        "start": {"law": "fourier", "options": {}},
    }
    return SystemSpec.model_validate(content | changes)


def simulator(equations: list[str], **changes: Any) -> SpectralSimulator:
    return Spectral().compile(spec(equations, **changes))


def streams(count: int, name: str = "test") -> Streams:
    return Streams([trajectory_key(name, index) for index in range(count)])
