"""Trajectories of spectral dynamics, chunk by chunk of trajectories that fit the cache."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, prod

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Array, Arrays
from dynarena.engines.spectral.dynamics import Dynamics
from dynarena.engines.spectral.grid import Grid
from dynarena.engines.spectral.plan import Plan
from dynarena.engines.spectral.schemes import Scheme
from dynarena.engines.spectral.symbols import Values

Real = NDArray[np.float64]


def substeps(dt: float, step: float) -> int:
    """The fewest equal steps of at most `step` that fill `dt`."""
    return max(1, ceil(dt / step * (1.0 - 1e-12)))


def trajectories(
    plan: Plan,
    grid: Grid,
    scheme: Callable[[Dynamics, float], Scheme],
    arrays: Arrays,
    start: Real,
    parameters: Values,
    interval: tuple[float, int],
    n_points: int,
    *,
    numbers_a_chunk: int,
) -> Real:
    """[trajectory, time, field, *points], the start first; `interval` is the time between points and its steps.

    What leaves the finite numbers stays in the answer as it is.
    """
    out = np.empty((len(start), n_points, *start.shape[1:]))
    out[:, 0] = start
    rows = max(1, numbers_a_chunk // prod(start.shape[1:]))
    dt, n_steps = interval
    alike = all(np.all(values == values[:1]) for values in parameters.values())
    made: dict[int, tuple[Dynamics, Scheme]] = {}
    for begin in range(0, len(start), rows):
        chunk = slice(begin, begin + rows)
        length = len(out[chunk])
        if not alike or length not in made:
            dynamics = Dynamics(plan, grid, start.shape[1], {k: v[chunk] for k, v in parameters.items()}, arrays)
            made[length] = dynamics, scheme(dynamics, dt / n_steps)
        with np.errstate(over="ignore", invalid="ignore"):
            _fill(out[chunk], *made[length], n_steps)
    return out


def _fill(out: Real, dynamics: Dynamics, method: Scheme, n_steps: int) -> None:
    state = dynamics.spectrum(out[:, 0])
    for point in range(1, out.shape[1]):
        for _ in range(n_steps):
            state = method.step(state)
            _keep_real(state, dynamics)
        out[:, point] = dynamics.fields(state)


def _keep_real(state: Array, dynamics: Dynamics) -> None:
    """Makes the modes of the last axis's mean those of a real field again: no product sees the rest, which may grow."""
    if len(dynamics.grid.points) > 1:
        column = state[..., 0]
        state[..., 0] = (column + dynamics.arrays.mirror(column)) * 0.5
