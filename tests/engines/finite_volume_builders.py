"""Small finite-volume systems for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from dynarena.engines.base import Array
from dynarena.engines.finite_volume import FiniteVolume, FiniteVolumeSimulator
from dynarena.engines.finite_volume.law import find_law
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec


def spec(
    law: str,
    points: list[int],
    *,
    lengths: list[float] | None = None,
    boundary: str | list[str] = "periodic",
    parameters: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
    start: dict[str, Any] | None = None,
    **solver: Any,
) -> SystemSpec:
    """A file in memory; every quantity of the start is 1 unless stated."""
    dims = len(points)
    found = find_law(law)
    quantities = (found.quantities or found.fields)(dims)
    ends = [boundary] * dims if isinstance(boundary, str) else boundary
    return SystemSpec.model_validate(
        {
            "schema": 1, "title": law, "about": "", "source": "", "engine": "finite_volume",
            "state": list(found.fields(dims)), "parameters": parameters or {},
            "domain": {"length": lengths or [1.0] * dims, "points": points, "boundary": ends},
            "solver": {"law": law, **solver},
            "start": {"options": {**dict.fromkeys(quantities, 1.0), **(options or {})}, **(start or {})},
        }
    )  # fmt: skip


def make(law: str, points: list[int], **more: Any) -> FiniteVolumeSimulator:
    return FiniteVolume().compile(spec(law, points, **more))


def streams(count: int) -> Streams:
    return Streams([trajectory_key("finite volume", index) for index in range(count)])


def started(sim: FiniteVolumeSimulator, count: int = 1) -> tuple[Array, dict[str, Array]]:
    given = sim.parameters(streams(count), "test")
    return sim.start(streams(count), given, "test"), given


def end(sim: FiniteVolumeSimulator, time: float, count: int = 1) -> Array:
    """The fields [trajectory, field, *cells] at a time."""
    start, given = started(sim, count)
    return sim.run(start, given, time, 2)[:, 1]


def order(coarse: float, fine: float) -> float:
    return float(np.log2(coarse / fine))
