"""The set that trajectories visit: its dominant period and its correlation dimension."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.data.clocks_period import dominant_period
from dynarena.data.clocks_rounding import rounded
from dynarena.data.dimension import LEAST_PAIRS, correlation_dimension
from dynarena.data.invariants_effort import rows_for, seconds, step_of
from dynarena.engines.base import Parameters, Simulator
from dynarena.engines.maps import Iteration
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError

Array = NDArray[np.float64]

PERIOD_ROWS, PERIOD_POINTS, LEAST_PERIODS, PERIODS, LOOKS = 32, 2**12, 60, 100, 8
SPACING = 0.2618  # of the period: not a fraction with which points would fall on one another
POINTS, OWN_ROWS = 64_000, 16
FINER = 64  # points from which one is drawn at random
NEIGHBOURS = 4  # of each point of a regular map's orbit, which is spaced too evenly for fewer
DELAYS = 6  # coordinates of a law with a memory, over one longest delay
APART = 5.0  # periods between points of one trajectory that count as a pair
WORK = 1.5  # CPU seconds


@dataclass
class Attractor:
    """Full states on the attractor and their parameters; `evidence` tells what was spent on it."""

    simulator: Simulator
    states: Array
    parameters: Parameters
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def angles(self) -> list[int]:
        """The places of the components that live on the circle."""
        names = getattr(self.simulator, "angles", self.simulator.spec.angles)
        return [place for place, label in enumerate(self.simulator.labels) if label in names]

    def series(self, dt: float, n_points: int, rows: int | None = None) -> Array:
        """Trajectories on the attractor, [trajectory, time, component]; of a map dt is rounded to iterations."""
        if isinstance(self.simulator, Iteration):
            dt = float(max(1, round(dt)))
        parameters = {name: values[:rows] for name, values in self.parameters.items()}
        return self.simulator.run(self.states[:rows], parameters, dt, n_points)

    def glance(self) -> Array:
        """A few hundred points, a few steps apart."""
        return self.series(10 * (step_of(self.simulator) or 0.01), 400)


def period_of(attractor: Attractor) -> Array:
    """The dominant period of each trajectory, from a window that is lengthened until it holds 60 of them."""
    simulator = attractor.simulator
    dt = step_of(simulator) or 0.01
    for _ in range(LOOKS):
        rows = rows_for(WORK, seconds(simulator, PERIOD_POINTS * dt, PERIOD_POINTS), PERIOD_ROWS)
        found = dominant_period(attractor.series(dt, PERIOD_POINTS, rows), dt, attractor.angles)
        longer = PERIODS * float(np.mean(found)) / (PERIOD_POINTS * dt)
        if longer < PERIODS / LEAST_PERIODS or isinstance(simulator, Iteration):
            break
        dt *= min(max(longer, 2.0), 16.0)
    attractor.evidence |= {"n_trajectories": len(found), "duration": rounded(PERIOD_POINTS * dt)}
    return found


def dimension_of(attractor: Attractor, period: float, *, own_sets: bool) -> dict[str, Any]:
    """The correlation dimension as a fact; none where it is too high for so many points.

    `own_sets`: each trajectory fills a set of its own (an energy shell, a torus), so that pairs lie in one of them.
    """
    simulator = attractor.simulator
    memory = simulator.full_shape != simulator.shape
    rows = min(OWN_ROWS, len(attractor.states)) if own_sets else len(attractor.states)
    n_points = POINTS // rows
    dt = SPACING * period
    while seconds(simulator, dt * n_points) * rows > WORK and dt > SPACING * period / 8:
        dt /= 2
    series = _irregular(attractor, dt, n_points, rows) if own_sets else attractor.series(dt, n_points, rows)
    step = 1.0 if isinstance(simulator, Iteration) else dt
    theiler = max(1, min(n_points // 4, math.ceil(APART * period / step))) if own_sets else None
    if memory:
        series = _delayed(attractor, dt, n_points, rows)
    even = isinstance(simulator, Iteration) and not simulator.spec.chaotic
    least = NEIGHBOURS * rows * n_points if even else LEAST_PAIRS
    try:
        found = correlation_dimension(series, angles=attractor.angles, theiler=theiler, least_pairs=least)
    except DataError:
        return {}
    apart = theiler if theiler is not None else n_points
    return {
        "correlation_dimension": {
            "value": rounded(found.value), "sem": rounded(found.sem),
            "interval": [rounded(end) for end in found.interval],
            "scaling": [rounded(end) for end in found.scaling],
            "theiler": rounded(apart * step), "points": found.points,
            "law": "pairs within trajectories" if own_sets else "pairs between trajectories",
        }
    }  # fmt: skip


def _irregular(attractor: Attractor, dt: float, n_points: int, rows: int) -> Array:
    """Points dt apart on average, at random times: on a torus, regular ones would form a lattice."""
    if isinstance(attractor.simulator, Iteration):
        return attractor.series(dt, n_points, rows)
    fine = attractor.series(dt / FINER, FINER * n_points, rows)
    within = Streams([trajectory_key("times", row) for row in range(len(fine))]).uniform("times", (n_points,))
    places = FINER * np.arange(n_points) + (FINER * within).astype(np.int64)
    return np.take_along_axis(fine, places[:, :, None], axis=1)


def _delayed(attractor: Attractor, dt: float, n_points: int, rows: int) -> Array:
    """Coordinates of the present and of the past, equally spaced over the longest delay."""
    lag = float(attractor.simulator.longest) / (DELAYS - 1)  # type: ignore[attr-defined]
    every = max(1, round(dt / lag))
    series = attractor.series(lag, every * n_points + DELAYS, rows)
    last = series.shape[1] - DELAYS
    return np.concatenate([series[:, k : k + last : every] for k in range(DELAYS)], axis=2)
