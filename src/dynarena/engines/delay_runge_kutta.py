"""One cell of a history by a Runge-Kutta step of order 8 with its interpolant of order 7."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.delay_cells import past_values
from dynarena.engines.delay_tableau import END, STAGES, A, B

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array, Array], None]


@njit(cache=True, error_model="numpy", nogil=True)
def runge_kutta_cell(
    f: RightHandSide, history: Array, cell: int, p: Array, h: float, component: Integers, cells: Integers,
    weights: Array, k: Array, z: Array, w: Array,
) -> None:  # fmt: skip
    """Compute one cell of a history from the points before it.

    k[0] holds y' at the cell's beginning and receives that at its end; the rest of `k`, `z` and `w` is scratch.
    `f(y, z, p, out)` writes y' at state y and past values z; `cells` and `weights` are `past_table`'s for PLACES.
    """
    first, size = 7 * cell, history.shape[1]
    for stage in range(1, STAGES):
        w[:] = 0.0
        for earlier in range(stage):
            a = A[stage, earlier]
            if a != 0.0:
                for i in range(size):
                    w[i] += a * k[earlier, i]
        for i in range(size):
            w[i] = history[first, i] + h * w[i]
        past_values(history, cell, stage, component, cells, weights, z)
        f(w, z, p, k[stage])
    for point in range(7):
        w[:] = 0.0
        for stage in range(STAGES):
            b = B[point, stage]
            if b != 0.0:
                for i in range(size):
                    w[i] += b * k[stage, i]
        for i in range(size):
            history[first + 1 + point, i] = history[first, i] + h * w[i]
    k[0] = k[END]
