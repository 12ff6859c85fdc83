"""How tangent vectors grow along trajectories: the sums behind Lyapunov exponents."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.dop853 import dop853_step, work_arrays
from dynarena.engines.parallel import share

Array = NDArray[np.float64]
RightHandSide = Callable[[Array, Array, Array], None]

_jit = njit(error_model="numpy", nogil=True)  # not cached: a cache would not notice a change of the step it calls


@_jit
def orthonormalise(v: Array, log_lengths: Array) -> None:
    """Gram and Schmidt's process on the columns of v [d, m], done twice; adds the log of each column's length."""
    d, m = v.shape
    for column in range(m):
        length = 0.0
        for _ in range(2):
            for earlier in range(column):
                overlap = 0.0
                for i in range(d):
                    overlap += v[i, earlier] * v[i, column]
                for i in range(d):
                    v[i, column] -= overlap * v[i, earlier]
        for i in range(d):
            length += v[i, column] * v[i, column]
        length = math.sqrt(length)
        log_lengths[column] += math.log(length)
        for i in range(d):
            v[i, column] /= length


@_jit
def _grow(f: RightHandSide, y: Array, p: Array, h: float, gap: int, n_gaps: int, sums: Array, row: int) -> None:
    size, d = y.shape[1], sums.shape[1]
    k, w = work_arrays(size), np.empty(size)
    tangents = y[row, d:].reshape(d, d)
    for _ in range(n_gaps):
        for _ in range(gap):
            if h > 0:
                dop853_step(f, y[row], p[row], h, k, w)
            else:
                f(y[row], p[row], w)
                y[row] = w
        orthonormalise(tangents, sums[row])


def growth(f: RightHandSide, y: Array, p: Array, h: float, gap: int, n_gaps: int) -> Array:
    """Sums of log lengths, [trajectory, exponent], over n_gaps orthonormalisations that lie `gap` steps of h apart.

    y [trajectory, d + d*d] holds states and tangent vectors and is advanced in place; h = 0 iterates a map.
    """
    d = math.isqrt(y.shape[1])
    sums = np.zeros((y.shape[0], d))

    def work(first: int, last: int) -> None:
        for row in range(first, last):
            _grow(f, y, p, h, gap, n_gaps, sums, row)

    share(work, y.shape[0])
    return sums
