"""Trajectories of equations with delays, cell by cell.

A delay is never shorter than a cell, so that within one the past values are known polynomials, read at exactly the
places where the method takes the right-hand side. Runge-Kutta's interpolant has a local error of order 8, hence the
whole is of order 8.

Source: Bellen and Zennaro (2003), Numerical Methods for Delay Differential Equations, chapter 6.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.delay_cells import evaluate, locate, past_table, past_values, resample
from dynarena.engines.delay_extrapolation import PLACES as POINT_BY_POINT
from dynarena.engines.delay_extrapolation import extrapolation_cell
from dynarena.engines.delay_runge_kutta import runge_kutta_cell
from dynarena.engines.delay_tableau import PLACES, STAGES
from dynarena.engines.parallel import share

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array, Array], None]

BLOCK = 32  # cells computed before the buffer is moved back

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _row(
    by_steps: bool, f: RightHandSide, start: Array, p: Array, h: float, ages: Array, component: Integers,
    pace: float, out: Array, end: Array,
) -> None:  # fmt: skip
    size, memory = start.shape[1], (start.shape[0] - 1) // 7
    buffer = np.empty((7 * (memory + 1 + max(memory, BLOCK)) + 1, size))
    capacity = (buffer.shape[0] - 1) // 7
    places = PLACES if by_steps else POINT_BY_POINT
    cells, weights = np.empty((ages.shape[0], len(places)), np.int64), np.empty((ages.shape[0], len(places), 8))
    past_table(ages, places, cells, weights)
    k, z, w, scratch = np.empty((STAGES, size)), np.empty(ages.shape[0]), np.empty(size), np.empty(8)
    buffer[: 7 * memory + 1] = start
    out[0] = start[7 * memory]
    offset, done = memory, 0  # the buffer's index of the cell that begins at the start; cells computed
    past_values(buffer, memory, 0, component, cells, weights, z)
    f(buffer[7 * memory], z, p, k[0])
    for point in range(1, out.shape[0]):
        position = point * pace
        while done < position:
            if offset + done == capacity:
                keep = memory + 1
                buffer[: 7 * keep + 1] = buffer[7 * (capacity - keep) :].copy()
                offset -= capacity - keep
            if by_steps:
                runge_kutta_cell(f, buffer, offset + done, p, h, component, cells, weights, k, z, w)
            else:
                extrapolation_cell(f, buffer, offset + done, p, h, component, cells, weights, k, z, w)
            done += 1
        cell, place = locate(position)
        evaluate(buffer, cell + offset, place, scratch, out[point])
    resample(buffer, offset, (out.shape[0] - 1) * pace, 1.0, end)


@_jit
def _rows(
    by_steps: bool, f: RightHandSide, start: Array, p: Array, h: Array, ages: Array, component: Integers,
    dt: float, out: Array, end: Array, first: int, last: int,
) -> None:  # fmt: skip
    for row in range(first, last):
        _row(by_steps, f, start[row], p[row], h[row], ages[row], component, dt / h[row], out[row], end[row])


def solve(
    f: RightHandSide, start: Array, p: Array, h: Array, ages: Array, component: Integers, dt: float, n_points: int,
    *, by_steps: bool = True,
) -> tuple[Array, Array]:  # fmt: skip
    """Points [trajectory, time, component] every dt from a start [trajectory, memory, component], and the last history.

    `p` [trajectory, name] are parameters, `h` [trajectory] the length of a cell, `ages` [trajectory, past value] delays
    in cells, `component` [past value] the component that each reads. The method is Runge-Kutta's, or Gragg's
    extrapolated midpoint rule from point to point where not `by_steps`.
    """
    out, end = np.empty((len(start), n_points, start.shape[2])), np.empty_like(start)
    share(lambda first, last: _rows(by_steps, f, start, p, h, ages, component, dt, out, end, first, last), len(start))
    return out, end
