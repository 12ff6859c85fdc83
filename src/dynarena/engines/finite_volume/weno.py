"""WENO5-Z reconstruction: values at a face from the cell averages on both sides, of order 5 where they are smooth.

Source: Jiang, Shu (1996), J. Comput. Phys. 126, 202 (candidates, smoothness indicators); Borges, Carmona, Costa, Don
(2008), J. Comput. Phys. 227, 3191 (weights Z, power 2).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

GHOSTS = 3
_EPSILON = 1e-40
_CURVATURE = 13.0 / 12.0


@njit(error_model="numpy", nogil=True, inline="always")
def blend(outer: float, middle: float, inner: float, at_outer: float, at_middle: float, at_inner: float) -> float:
    """The weighted mean of three candidates' values, given their smoothness indicators.

    The linear weights are 1/10 (the stencil that reaches furthest from the face), 6/10 and 3/10. All three weights are
    multiplied by the squares of all indicators, so that there is one division; each mirror image rounds alike.
    """
    tau = (outer - inner) * (outer - inner)
    a, b, c = outer + _EPSILON, middle + _EPSILON, inner + _EPSILON
    a, b, c = a * a, b * b, c * c
    w0 = (a + tau) * (b * c)
    w1 = 6.0 * ((b + tau) * (a * c))
    w2 = 3.0 * ((c + tau) * (a * b))
    return (w0 * at_outer + w1 * at_middle + w2 * at_inner) / (w0 + w1 + w2)


@njit(error_model="numpy", nogil=True, inline="always")
def weno5(q0: float, q1: float, q2: float, q3: float, q4: float, q5: float) -> tuple[float, float]:
    """The values left and right of the face between the third and the fourth of six cells."""
    d1, d2, d3, d4 = (q0 + q2) - 2.0 * q1, (q1 + q3) - 2.0 * q2, (q2 + q4) - 2.0 * q3, (q3 + q5) - 2.0 * q4
    k1, k2, k3, k4 = _CURVATURE * d1 * d1, _CURVATURE * d2 * d2, _CURVATURE * d3 * d3, _CURVATURE * d4 * d4
    back, across, ahead = q2 - q1, q3 - q2, q3 - q4
    g0, g1, g2 = d1 + 2.0 * back, q3 - q1, d3 - 2.0 * across
    h0, h1, h2 = d4 + 2.0 * ahead, q2 - q4, d2 + 2.0 * across
    left = blend(
        k1 + 0.25 * g0 * g0, k2 + 0.25 * g1 * g1, k3 + 0.25 * g2 * g2,
        2.0 * d1 + 3.0 * back, 3.0 * across - d2, 3.0 * across - d3,
    )  # fmt: skip
    right = blend(
        k4 + 0.25 * h0 * h0, k3 + 0.25 * h1 * h1, k2 + 0.25 * h2 * h2,
        2.0 * d4 + 3.0 * ahead, -3.0 * across - d3, -3.0 * across - d2,
    )  # fmt: skip
    return q2 + left / 6.0, q3 + right / 6.0


@njit(cache=True, error_model="numpy", nogil=True)
def weno_line(q: Array, left: Array, right: Array, n_faces: int) -> None:
    """Values on both sides of each face of one field [cell with ghosts]."""
    for i in range(n_faces):
        left[i], right[i] = weno5(q[i], q[i + 1], q[i + 2], q[i + 3], q[i + 4], q[i + 5])
