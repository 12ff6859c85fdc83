"""The plane pendulum below its top, in closed form."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.elementary_circle import asin, cos, sin
from dynarena.engines.elliptic import jacobi
from dynarena.engines.parallel import share

Array = NDArray[np.float64]

DIGITS = 30

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _swing(start: Array, omega0: Array, times: Array, out: Array, first: int, last: int) -> None:
    for row in range(first, last):
        sine, cosine, rate = sin(0.5 * start[row, 0]), cos(0.5 * start[row, 0]), 0.5 * start[row, 1] / omega0[row]
        m, m1 = sine * sine + rate * rate, (cosine - rate) * (cosine + rate)
        k = math.sqrt(m)
        for point in range(times.shape[0]):
            out[row, point] = 0.0
            if k == 0.0:
                continue
            # the addition theorem, from the start's sn = sine/k, cn = rate/k, dn = cosine
            sn, cn, dn = jacobi(omega0[row] * times[point], m, m1)
            below = 1.0 - sine * sine * sn * sn
            out[row, point, 0] = 2.0 * asin((sine * cn * dn + sn * rate * cosine) / below)
            out[row, point, 1] = 2.0 * omega0[row] * (rate * cn - sine * cosine * sn * dn) / below


def swing(start: Array, omega0: Array, times: Array) -> Array:
    """Angle and angular velocity [trajectory, time, 2] at `times` after a start [trajectory, 2]."""
    out = np.empty((len(start), len(times), 2))
    share(lambda first, last: _swing(start, omega0, times, out, first, last), len(start))
    return out


def swing_in_many_digits(start: Array, omega0: Array, times: Array) -> Array:
    """The same by mpmath's elliptic functions of the phase that the start has, rounded once."""
    import mpmath

    out = np.empty((len(start), len(times), 2))
    with mpmath.workdps(DIGITS):
        for row, (angle, velocity) in enumerate(start):
            out[row] = _one_swing(mpmath.mpf(angle), mpmath.mpf(velocity), mpmath.mpf(omega0[row]), times)
    return out


def _one_swing(angle: Any, velocity: Any, omega0: Any, times: Array) -> list[list[float]]:
    import mpmath

    rate = velocity / (2 * omega0)
    m = mpmath.sin(angle / 2) ** 2 + rate**2
    if m == 0:
        return [[0.0, 0.0]] * len(times)
    k = mpmath.sqrt(m)
    begin = mpmath.ellipf(mpmath.atan2(mpmath.sin(angle / 2), rate), m)
    states = []
    for time in times:
        u = begin + omega0 * mpmath.mpf(time)
        sn, cn = mpmath.ellipfun("sn", u, m), mpmath.ellipfun("cn", u, m)
        states.append([float(2 * mpmath.asin(k * sn)), float(2 * k * omega0 * cn)])
    return states
