"""One cell of a history by Gragg's midpoint rule, extrapolated, from each of its points to the next.

Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I, section II.9.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.delay_cells import DEGREE, POINTS, past_values

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array, Array], None]

COLUMNS = 4  # midpoint sequences of 2, 4, 6, 8 substeps: order 2 * COLUMNS
SCRATCH = COLUMNS + 4


def _places() -> list[float]:
    """Where the right-hand side is taken, in the order in which it is."""
    places = []
    for begin, end in zip(POINTS[:-1], POINTS[1:], strict=True):
        places.append(begin)
        for n in range(2, 2 * COLUMNS + 1, 2):
            places += [begin + (end - begin) * i / n for i in range(1, n)]
    return places


PLACES = np.array(_places())


@njit(cache=True, error_model="numpy", nogil=True)
def extrapolation_cell(
    f: RightHandSide, history: Array, cell: int, p: Array, h: float, component: Integers, cells: Integers,
    weights: Array, k: Array, z: Array, w: Array,
) -> None:  # fmt: skip
    """Compute one cell of a history from the points before it.

    `f(y, z, p, out)` writes y' at state y and past values z; `cells` and `weights` are `past_table`'s for PLACES; `k`
    [SCRATCH, component], `z` and `w` are scratch.
    """
    size, stage = history.shape[1], 0
    slope, before, now, first = k[COLUMNS], k[COLUMNS + 1], k[COLUMNS + 2], k[COLUMNS + 3]
    for point in range(DEGREE):
        y = history[7 * cell + point]
        length = h * (POINTS[point + 1] - POINTS[point])
        past_values(history, cell, stage, component, cells, weights, z)
        stage += 1
        f(y, z, p, first)
        for column in range(COLUMNS):
            n = 2 * (column + 1)
            small = length / n
            for i in range(size):
                before[i] = y[i]
                now[i] = y[i] + small * first[i]
            for _ in range(1, n):
                past_values(history, cell, stage, component, cells, weights, z)
                stage += 1
                f(now, z, p, slope)
                for i in range(size):
                    later = before[i] + 2.0 * small * slope[i]
                    before[i] = now[i]
                    now[i] = later
            for i in range(size):
                k[column, i] = now[i]
            for back in range(column - 1, -1, -1):
                ratio = (column + 1.0) / (back + 1.0)
                for i in range(size):
                    k[back, i] = k[back + 1, i] + (k[back + 1, i] - k[back, i]) / (ratio * ratio - 1.0)
        for i in range(size):
            history[7 * cell + point + 1, i] = k[0, i]
