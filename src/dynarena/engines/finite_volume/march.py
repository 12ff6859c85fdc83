"""Trajectories of conservation laws: u_t = -div F(u) + S(u) by the strong-stability-preserving Runge-Kutta of order 3.

Steps are chosen by each trajectory alone: between two samples they are the fewest equal ones within the CFL number, and
a step that leaves the admissible states is done again by half.

Source: Shu, Osher (1988), J. Comput. Phys. 77, 439.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume.lines import GHOSTS, TOGETHER, fill_ghosts, gather, scatter

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Function = Any  # a pointer of one of the types in signatures

DONE, NOT_ADMISSIBLE, TOO_SHORT = 0, 1, 2
_HALVINGS = 12
_MOST_STEPS = 1e8  # between two samples


@njit(cache=True, error_model="numpy", nogil=True)
def change(
    line: Function, local: Function, u: Array, p: Array, method: Codes, mu: Array, cell: Array, ends: Codes,
    order: Codes, normal: int, given: Array, block: Any, faces: Any, scratch: Array, rate: Array,
) -> None:  # fmt: skip
    """The rate of change of u [field, x, y, z]."""
    flat, out = u.reshape(u.shape[0], -1), rate.reshape(u.shape[0], -1)
    stride = flat.shape[1]
    for axis in range(order.shape[0]):
        n = u.shape[axis + 1]
        stride //= n
        lines, fluxes = block[axis], faces[axis]
        for first in range(0, flat.shape[1] // n, TOGETHER):
            count = min(TOGETHER, flat.shape[1] // n - first)
            gather(flat, order[axis], first, count, stride, n, lines)
            for number in range(count):
                fill_ghosts(lines[number], n, ends[axis, 0], ends[axis, 1], normal, given[axis])
                line(lines[number], p, axis, method, mu[axis], scratch, fluxes[number])
            scatter(fluxes, order[axis], first, count, stride, n, 1.0 / cell[axis], axis == 0, out)
    local(u, p, ends, rate)


@njit(cache=True, error_model="numpy", nogil=True)
def rate(pace: Function, u: Array, p: Array, speed: Array) -> float:
    """The rate by which `pace` and a CFL number of 1 rule the step at u [field, x, y, z]; inf where not admissible."""
    admissible = pace(u, p, speed)
    return speed.sum() if admissible else np.inf


@njit(cache=True, error_model="numpy", nogil=True)
def march(
    line: Function, pace: Function, local: Function, out: Array, parameters: Array, method: Codes, cfl: float,
    dt: float, cell: Array, ends: Codes, order: Codes, normal: int, given: Array, guarded: bool, n_scratch: int,
    report: Array, first: int, last: int,
) -> None:  # fmt: skip
    """Fill out [trajectory, time, field, x, y, z] from its first points on, for trajectories first to last.

    report [trajectory, 2] receives how each ended and, where it failed, when; the state that failed stands in its
    next sample.
    """
    dims, n_p = order.shape[0], parameters.shape[1]
    shape = out.shape[2:]
    sizes = (shape[1] + 2 * GHOSTS, shape[2] + 2 * GHOSTS, shape[3] + 2 * GHOSTS)
    block = (
        np.empty((TOGETHER, shape[0], sizes[0])),
        np.empty((TOGETHER, shape[0], sizes[1])),
        np.empty((TOGETHER, shape[0], sizes[2])),
    )
    faces = (
        np.empty((TOGETHER, shape[0], shape[1] + 1)),
        np.empty((TOGETHER, shape[0], shape[2] + 1)),
        np.empty((TOGETHER, shape[0], shape[3] + 1)),
    )
    scratch = np.zeros(n_scratch)
    u, base, rate, mu, speed = np.empty(shape), np.empty(shape), np.empty(shape), np.zeros(3), np.zeros(4)
    p = np.empty(n_p + 3)
    p[n_p:] = cell
    for row in range(first, last):
        p[:n_p] = parameters[row]
        u[:] = out[row, 0]
        report[row, 0], report[row, 1] = DONE, 0.0
        admissible = pace(u, p, speed)
        for point in range(1, out.shape[1]):
            left, halvings = dt, 0
            while left > 0.0 and report[row, 0] == DONE:
                total = speed[0] + speed[1] + speed[2]
                count = np.ceil(left * (total + speed[3]) / cfl)
                if not admissible or not count < _MOST_STEPS:
                    report[row, 0] = TOO_SHORT if admissible else NOT_ADMISSIBLE
                    report[row, 1] = (point - 1) * dt + (dt - left)
                    break
                count = max(count, 1.0) * 2.0**halvings
                step = left / count
                for axis in range(dims):
                    part = cell[axis] * speed[axis] / total if guarded else 0.0
                    mu[axis] = 2.0 * step / part if part > 0.0 else 0.0
                base[:] = u
                for stage in range(3):
                    change(line, local, u, p, method, mu, cell, ends, order, normal, given, block, faces, scratch, rate)
                    _advance(u, base, rate, step, stage)
                admissible = pace(u, p, speed)
                if not admissible and halvings < _HALVINGS:
                    halvings += 1
                    u[:] = base
                    admissible = pace(u, p, speed)
                    continue
                halvings = 0
                left = left - step if count > 1.0 else 0.0
            out[row, point] = u


@njit(cache=True, error_model="numpy", nogil=True)
def _advance(u: Array, base: Array, rate: Array, step: float, stage: int) -> None:
    """One stage; a state that does not change keeps its bits."""
    weight = 1.0 if stage == 0 else 0.25 if stage == 1 else 2.0 / 3.0
    state, start, slope = u.reshape(-1), base.reshape(-1), rate.reshape(-1)
    for i in range(state.size):
        state[i] = start[i] + weight * ((state[i] - start[i]) + step * slope[i])
