"""One step of Gragg's method, extrapolated: order 10 by another road than Runge-Kutta's, for verification.

Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I, section II.9.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
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
def extrapolation(f: RightHandSide, p: Array, h: float, substeps: int, out: Array, first: int, last: int) -> None:
    """Fill out [trajectory, time, component] from its first points on, for rows first to last."""
    size = out.shape[2]
    table, scratch, y = np.empty((COLUMNS, size)), np.empty((4, size)), np.empty(size)
    for row in range(first, last):
        y[:] = out[row, 0]
        for point in range(1, out.shape[1]):
            for _ in range(substeps):
                extrapolation_step(f, y, p[row], h, table, scratch)
            out[row, point] = y
