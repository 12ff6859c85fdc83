"""How far the truth can be trusted: the first time at which a second, independent computation differs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dynarena.data.generate import Seeded
from dynarena.data.system import System
from dynarena.errors import NotCertified

TOLERANCES = (1e-6, 1e-3, 1e-1)  # of the train split's standard deviation, a channel each
DECISIVE = 1e-1


def certificate(system: System, seeds: Seeded, dt: float, n_points: int, std: NDArray[np.float64]) -> dict[str, float]:
    """T(tolerance): the earliest time over the trajectories at which the two computations differ by tolerance * std.

    Both begin with the same states (of a benchmark: the last that a model sees). Where they never differ so much within
    the n_points, T is the time span of those points: a lower bound. A rough system that its computed facts certify by
    means over space is so here too.
    """
    reference = system.simulator.run(seeds.starts, seeds.parameters, dt, n_points)
    second = system.simulator.verify(seeds.starts, seeds.parameters, dt, n_points)
    return first_differences(reference, second, dt, std, means=_by_means(system))


def _by_means(system: System) -> bool:
    return system.simulator.rough and system.computed.get("certified_until", {}).get("over") == "mean"


def first_differences(
    reference: NDArray[np.float64],
    second: NDArray[np.float64],
    dt: float,
    std: NDArray[np.float64],
    *,
    means: bool = False,
) -> dict[str, float]:
    """T(tolerance) of two computations, [trajectory, time, channel, …] each.

    What is compared is each number or, with `means`, the mean of the differences over space (L1) of each field: at a
    shock single numbers differ by the whole jump however fine the grid, while the mean shrinks with the cells.
    """
    n_points = reference.shape[1]
    spread = std.reshape(-1, *(1,) * (reference.ndim - 3))
    apart = np.abs(second - reference) / spread
    if means:
        apart = apart.mean(axis=tuple(range(3, apart.ndim)))
    apart = np.where(np.isfinite(apart), apart, np.inf).reshape(*reference.shape[:2], -1).max(axis=(0, 2))
    times = {}
    for tolerance in TOLERANCES:
        beyond = np.flatnonzero(apart > tolerance)
        times[f"{tolerance:g}"] = float(dt * (beyond[0] if beyond.size else n_points - 1))
    return times


def certified_horizon(found: dict[str, float], asked: int, dt: float, *, where: str) -> int:
    """The points that may be scored: as asked, but no later than half of the certificate.

    Raises NotCertified where less than half of them are left.
    """
    certified = found[f"{DECISIVE:g}"]
    points = min(asked, math.floor(0.5 * certified / dt * (1 + 1e-9)))
    if points < asked / 2:
        raise NotCertified(
            "the truth is not certified over the horizon",
            where=where,
            expected=f"T({DECISIVE:g}) of {asked * dt:.6g} or more",
            got=f"{certified:.6g}",
            fix="take a smaller [solver] step, or a shorter horizon",
        )
    return points
