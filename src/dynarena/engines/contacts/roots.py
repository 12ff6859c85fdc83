"""The first time at which a polynomial in t falls through zero, by the places where its derivatives vanish."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

HALVINGS = 200

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def value(c: Array, degree: int, t: float) -> float:
    """c[0] + c[1] t + ... by Horner's rule."""
    total = float(c[degree])
    for k in range(degree - 1, -1, -1):
        total = total * t + c[k]
    return total


@_jit
def _between(c: Array, degree: int, low: float, high: float) -> float:
    """The root in an interval at whose ends the signs differ, to the last bit, by bisection."""
    falls = value(c, degree, low) > 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        if (value(c, degree, middle) > 0.0) == falls:
            low = middle
        else:
            high = middle
    return high


@_jit
def first_fall(c: Array, last: float) -> float:
    """The smallest t in [0, last] at which a polynomial of degree 4 turns from positive to not, else infinity."""
    bends = np.empty((5, 6))
    count = 0
    work = np.empty((4, 5))
    for k in range(5):
        work[0, k] = c[k]
    for order in range(1, 4):
        for k in range(5 - order):
            work[order, k] = (k + 1) * work[order - 1, k + 1]
    for order in range(3, 0, -1):  # roots of the third, the second, the first derivative
        degree, found, start = 4 - order, 0, 0.0
        for k in range(count + 1):
            stop = bends[order + 1, k] if k < count else last
            a, b = value(work[order], degree, start), value(work[order], degree, stop)
            if (a > 0.0) != (b > 0.0):
                bends[order, found] = _between(work[order], degree, start, stop)
                found += 1
            start = stop
        count = found
    start = 0.0
    for k in range(count + 1):
        stop = bends[1, k] if k < count else last
        if value(c, 4, start) > 0.0 and value(c, 4, stop) <= 0.0:
            return _between(c, 4, start, stop)
        start = stop
    return math.inf
