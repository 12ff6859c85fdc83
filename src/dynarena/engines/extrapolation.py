"""One step of Gragg's method, extrapolated: order 10 by another road than Runge-Kutta's, for verification.

Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I, section II.9.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.lanes import pack, unpack, wrap

Array = NDArray[np.float64]
Places = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array], None]

COLUMNS = 5  # midpoint sequences of 2, 4, 6, 8, 10 substeps: order 2 * COLUMNS


@njit(cache=True, error_model="numpy", nogil=True)
def extrapolation_step(f: RightHandSide, y: Array, p: Array, h: float, table: Array, scratch: Array) -> None:
    """Replace y by the state a time h later under y' = f(y, p).

    `table` is [COLUMNS, size] and `scratch` [4, size], for scratch. Each column is a midpoint rule with an even number
    of substeps, whose error has even powers of h only; Aitken and Neville's scheme removes them one by one.
    """
    size = y.shape[0]
    slope, before, now, first = scratch[0], scratch[1], scratch[2], scratch[3]
    f(y, p, first)
    for column in range(COLUMNS):
        n = 2 * (column + 1)
        small = h / n
        for i in range(size):
            before[i] = y[i]
            now[i] = y[i] + small * first[i]
        for _ in range(1, n):
            f(now, p, slope)
            for i in range(size):
                later = before[i] + 2.0 * small * slope[i]
                before[i] = now[i]
                now[i] = later
        for i in range(size):
            table[column, i] = now[i]
        for back in range(column - 1, -1, -1):
            ratio = (column + 1.0) / (back + 1.0)
            for i in range(size):
                table[back, i] = table[back + 1, i] + (table[back + 1, i] - table[back, i]) / (ratio * ratio - 1.0)
    for i in range(size):
        y[i] = table[0, i]


@njit(cache=True, error_model="numpy", nogil=True)
def extrapolation(
    f: RightHandSide, p: Array, lanes: int, h: float, substeps: int, turning: Places, out: Array, first: int, last: int
) -> None:
    """Fill out [trajectory, time, component] from its first points on, for blocks of lanes first to last."""
    size = out.shape[2] * lanes
    table, scratch = np.empty((COLUMNS, size)), np.empty((4, size))
    y, q = np.empty(size), np.empty(p.shape[1] * lanes)
    for row in range(first * lanes, min(last * lanes, out.shape[0]), lanes):
        pack(p, row, lanes, q)
        pack(out[:, 0], row, lanes, y)
        for point in range(1, out.shape[1]):
            for _ in range(substeps):
                extrapolation_step(f, y, q, h, table, scratch)
                wrap(y, turning, lanes)
            unpack(y, row, lanes, out[:, point])
