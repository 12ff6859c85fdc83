"""Jacobi's elliptic functions in IEEE arithmetic alone, by descending Landen transformations.

Source: Abramowitz and Stegun (1964), Handbook of Mathematical Functions, sections 16.4 and 17.6.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from dynarena.engines.elementary_circle import asin, cos, sin

STEPS = 12  # of the arithmetic-geometric mean: enough for every modulus that a double can tell from 1

_HALF_PI = 1.5707963267948966

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def quarter_period(m1: float) -> float:
    """K(m) = pi/(2 agm(1, sqrt(m1))), the complete integral of the first kind at the parameter m = 1 - m1."""
    a, b = 1.0, math.sqrt(m1)
    for _ in range(STEPS):
        a, b = 0.5 * (a + b), math.sqrt(a * b)
    return _HALF_PI / a


@_jit
def jacobi(u: float, m: float, m1: float) -> tuple[float, float, float]:
    """sn, cn and dn of u at the parameter m, given with m1 = 1 - m, which is positive."""
    ratios = np.empty(STEPS)
    a, b, c = 1.0, math.sqrt(m1), math.sqrt(m)
    steps = 0
    while steps < STEPS and abs(c) > 1e-17 * a:
        a, b, c = 0.5 * (a + b), math.sqrt(a * b), 0.5 * (a - b)
        ratios[steps] = c / a
        steps += 1
    whole = 4.0 * (_HALF_PI / a)
    angle = (2.0**steps) * a * (u - math.floor(u / whole + 0.5) * whole)
    for step in range(steps - 1, -1, -1):
        angle = 0.5 * (angle + asin(ratios[step] * sin(angle)))
    sn, cn = sin(angle), cos(angle)
    return sn, cn, math.sqrt(m1 + m * cn * cn)
