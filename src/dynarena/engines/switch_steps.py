"""Steps of a piecewise flow within one piece: order 8 by Dormand and Prince, order 10 by extrapolation to check."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines import dop853
from dynarena.engines.switch_motion import Piece, motion, tangents

Array = NDArray[np.float64]

STAGES, COLUMNS = dop853.STAGES, 5
_A = np.array([[getattr(dop853, f"_A{i}_{j}", 0.0) for j in range(STAGES)] for i in range(STAGES)])
_B = np.array([getattr(dop853, f"_B{j}", 0.0) for j in range(STAGES)])

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _slope(y: Array, piece: Piece, out: Array) -> None:
    """y' of a state, or of a state with its tangent vectors behind it."""
    if y.shape[0] == piece.dimension:
        motion(y, piece, out)
    else:
        tangents(y, piece, out)


@_jit
def runge_kutta_step(y: Array, piece: Piece, h: float, k: Array, w: Array) -> None:
    """Replace y by its state a time h later; k [STAGES, size] and w [size] are scratch."""
    size = y.shape[0]
    for stage in range(STAGES):
        for c in range(size):
            w[c] = 0.0
        for j in range(stage):
            a = _A[stage, j]
            if a != 0.0:
                for c in range(size):
                    w[c] += a * k[j, c]
        for c in range(size):
            w[c] = y[c] + h * w[c]
        _slope(w, piece, k[stage])
    for c in range(size):
        w[c] = 0.0
    for j in range(STAGES):
        if _B[j] != 0.0:
            for c in range(size):
                w[c] += _B[j] * k[j, c]
    for c in range(size):
        y[c] += h * w[c]


@_jit
def checking_step(y: Array, piece: Piece, h: float, k: Array) -> None:
    """The same by the midpoint rule with 2, 4, 6, 8, 10 substeps, extrapolated; k [STAGES, size] is scratch.

    Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I, section II.9.
    """
    size = y.shape[0]
    first, slope, before, now = k[COLUMNS], k[COLUMNS + 1], k[COLUMNS + 2], k[COLUMNS + 3]
    _slope(y, piece, first)
    for column in range(COLUMNS):
        small = h / (2 * column + 2)
        for c in range(size):
            before[c] = y[c]
            now[c] = y[c] + small * first[c]
        for _ in range(2 * column + 1):
            _slope(now, piece, slope)
            for c in range(size):
                before[c], now[c] = now[c], before[c] + 2.0 * small * slope[c]
        for c in range(size):
            k[column, c] = now[c]
        for back in range(column - 1, -1, -1):
            ratio = (column + 1.0) / (back + 1.0)
            for c in range(size):
                k[back, c] = k[back + 1, c] + (k[back + 1, c] - k[back, c]) / (ratio * ratio - 1.0)
    for c in range(size):
        y[c] = k[0, c]
