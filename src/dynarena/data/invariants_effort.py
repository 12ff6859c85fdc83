"""How much a computation of invariants may spend, by rules of thumb, never by a clock: its results are reproducible."""

from __future__ import annotations

import math

from dynarena.engines.base import Simulator
from dynarena.engines.maps import Iteration
from dynarena.engines.points import PointSimulator

EVALUATION = 1.5e-9  # CPU seconds a component of one evaluation of the right-hand side
STAGES, IMPLICIT, REMEMBERED, EXACT = 12, 600, 400, 5e3  # evaluations a step; of a 60-digit iteration


def step_of(simulator: Simulator) -> float:
    """The integrator's step; of a map one iteration, of a closed form 0."""
    return 1.0 if isinstance(simulator, Iteration) else float(getattr(simulator, "step", 0.0))


def seconds(simulator: Simulator, duration: float, n_points: int = 0, *, verify: bool = False) -> float:
    """CPU seconds of one trajectory over a duration, or of as many points where these lie closer than steps."""
    step = step_of(simulator)
    steps = max(n_points, duration / step if step else 0.0)
    width = math.prod(simulator.shape)
    if isinstance(simulator, Iteration):
        return steps * width * EVALUATION * (EXACT if verify else 3)
    if simulator.full_shape != simulator.shape:
        return steps * width * EVALUATION * REMEMBERED * (5 if verify else 1)
    stages = IMPLICIT if _is_implicit(simulator) else STAGES
    return steps * width * EVALUATION * stages * (6 if verify else 1)


def rows_for(work: float, one: float, most: int, least: int = 4) -> int:
    """How many trajectories of `one` CPU second each the work allows, between `least` and `most`."""
    return int(min(most, max(least, work / max(one, 1e-12))))


def _is_implicit(simulator: Simulator) -> bool:
    return isinstance(simulator, PointSimulator) and simulator.spec.solver.get("method") == "radau"
