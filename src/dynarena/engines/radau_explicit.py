"""Extrapolation with steps halved as often as stability and accuracy demand: the second opinion on stiff flows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.extrapolation import COLUMNS, extrapolation_step
from dynarena.engines.lanes import wrap

Array = NDArray[np.float64]
Places = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array], None]

DEEPEST = 40  # halvings of a step
SMALL = 1e-3  # of the largest component: sizes below count as this
GAIN = 2.0**9  # of the error estimate by halving the step


@njit(cache=True, error_model="numpy", nogil=True)
def halved_extrapolation(
    f: RightHandSide, p: Array, h: float, substeps: int, tolerance: float, turning: Places, out: Array, first: int,
    last: int,
) -> None:  # fmt: skip
    """Fill out [trajectory, time, component] from its first points on, for rows first to last.

    A step of h is halved until the last two entries of the extrapolation's table differ by less than `tolerance` of
    each component's size.
    """
    size = out.shape[2]
    table, scratch = np.empty((COLUMNS, size)), np.empty((4, size))
    y, after = np.empty(size), np.empty(size)
    for row in range(first, last):
        y[:] = out[row, 0]
        for point in range(1, out.shape[1]):
            level, place, small = 0, 0, h
            while place < (substeps << level):
                after[:] = y
                extrapolation_step(f, after, p[row], small, table, scratch)
                error, largest = 0.0, 1e-30
                for c in range(size):
                    largest = max(largest, abs(y[c]))
                for c in range(size):
                    apart = abs(table[0, c] - table[1, c]) / max(abs(y[c]), SMALL * largest)
                    error = max(error, apart / tolerance) if apart == apart else np.inf
                if error <= 1.0:
                    y[:] = after
                    place += 1
                    while level > 0 and place % 2 == 0 and error * GAIN < 0.5:
                        level, place, small, error = level - 1, place // 2, 2.0 * small, error * GAIN
                    continue
                error = min(error, GAIN)
                while error > 1.0 and level <= DEEPEST:
                    level, place, small, error = level + 1, place * 2, 0.5 * small, error / GAIN
                if level > DEEPEST:
                    y[:] = np.nan
                    break
            wrap(y, turning, 1)
            out[row, point] = y
