"""States of shallow water left and right of each face: WENO5-Z in characteristic fields, or MUSCL in primitive fields.

Lines hold height, momentum along and momentum across, [field, cell with ghosts].
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume.muscl import half_slope
from dynarena.engines.finite_volume.weno import weno5

Array = NDArray[np.float64]


@njit(cache=True, error_model="numpy", nogil=True)
def characteristic_weno(w: Array, gravity: float, left: Array, right: Array) -> None:
    """Waves (h -+ (m - u h)/c)/2 of the mean state at a face, and shear t - v h."""
    q = np.empty((3, 6))
    for i in range(left.shape[1]):
        total = w[0, i + 2] + w[0, i + 3]
        u, c = (w[1, i + 2] + w[1, i + 3]) / total, np.sqrt(0.5 * gravity * total)
        v = (w[2, i + 2] + w[2, i + 3]) / total if w.shape[0] > 2 else 0.0
        for j in range(6):
            h = w[0, i + j]
            flow = (w[1, i + j] - u * h) / c
            q[0, j], q[1, j] = 0.5 * (h - flow), 0.5 * (h + flow)
            q[2, j] = w[2, i + j] - v * h if w.shape[0] > 2 else 0.0
        minus_l, minus_r = weno5(q[0, 0], q[0, 1], q[0, 2], q[0, 3], q[0, 4], q[0, 5])
        plus_l, plus_r = weno5(q[1, 0], q[1, 1], q[1, 2], q[1, 3], q[1, 4], q[1, 5])
        left[0, i], right[0, i] = minus_l + plus_l, minus_r + plus_r
        left[1, i] = u * left[0, i] + c * (plus_l - minus_l)
        right[1, i] = u * right[0, i] + c * (plus_r - minus_r)
        if w.shape[0] > 2:
            shear_l, shear_r = weno5(q[2, 0], q[2, 1], q[2, 2], q[2, 3], q[2, 4], q[2, 5])
            left[2, i], right[2, i] = v * left[0, i] + shear_l, v * right[0, i] + shear_r


@njit(cache=True, error_model="numpy", nogil=True)
def primitive_muscl(w: Array, left: Array, right: Array) -> None:
    """Limited slopes of height and velocities."""
    for i in range(left.shape[1]):
        left[0, i] = w[0, i + 2] + half_slope(w[0, i + 1], w[0, i + 2], w[0, i + 3])
        right[0, i] = w[0, i + 3] - half_slope(w[0, i + 2], w[0, i + 3], w[0, i + 4])
        for k in range(1, w.shape[0]):
            a, b = w[k, i + 1] / w[0, i + 1], w[k, i + 2] / w[0, i + 2]
            c, d = w[k, i + 3] / w[0, i + 3], w[k, i + 4] / w[0, i + 4]
            left[k, i] = left[0, i] * (b + half_slope(a, b, c))
            right[k, i] = right[0, i] * (c - half_slope(b, c, d))
