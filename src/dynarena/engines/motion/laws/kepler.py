"""r'' = -mu r/r^3 on an ellipse: r(t) = f r(0) + g v(0), with f, g by the change E of the eccentric anomaly.

n t = E - (1 - r0/a) sin E + (r0.v0/sqrt(mu a))(1 - cos E), solved by Newton's method within bounds.

Source: Battin (1999), An Introduction to the Mathematics and Methods of Astrodynamics, section 4.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.elementary_circle import cos, sin
from dynarena.engines.motion.law import Law
from dynarena.errors import DataError

Array = NDArray[np.float64]

ROUNDS = 200

_TURN = 6.283185307179586


@njit(cache=True, error_model="numpy", nogil=True)
def _anomaly(mean: float, c: float, s: float) -> float:
    """E of mean = E - c sin E + s (1 - cos E), which grows with E, to rounding: Newton's steps kept between bounds."""
    e = math.sqrt(c * c + s * s)
    low, high = mean - 2.0 * e - 1e-9, mean + 2.0 * e + 1e-9
    guess = mean
    for _ in range(ROUNDS):
        wrong = guess - c * sin(guess) + s * (1.0 - cos(guess)) - mean
        if wrong > 0.0:
            high = guess
        else:
            low = guess
        slope = 1.0 - c * cos(guess) + s * sin(guess)
        after = guess - wrong / slope
        if not low <= after <= high:
            after = 0.5 * (low + high)
        if after == guess or high - low <= 4e-16 * (1.0 + abs(guess)):
            break
        guess = after
    return guess


@njit(cache=True, error_model="numpy", nogil=True)
def _orbit(start: Array, mu: float, times: Array, out: Array) -> None:
    x, y, vx, vy = start[0], start[1], start[2], start[3]
    r0 = math.sqrt(x * x + y * y)
    a = 1.0 / (2.0 / r0 - (vx * vx + vy * vy) / mu)
    n = math.sqrt(mu / a) / a
    root = math.sqrt(mu * a)
    sigma = (x * vx + y * vy) / root
    for point in range(times.shape[0]):
        turns = math.floor(n * times[point] / _TURN + 0.5)
        e = _anomaly(n * times[point] - turns * _TURN, 1.0 - r0 / a, sigma)
        sine, versed = sin(e), 2.0 * sin(0.5 * e) ** 2
        r = r0 + (a - r0) * versed + a * sigma * sine
        f, g = 1.0 - a / r0 * versed, (r0 * sine + a * sigma * versed) * (a / root)
        df, dg = -root / (r * r0) * sine, 1.0 - a / r * versed
        out[point, 0], out[point, 1] = f * x + g * vx, f * y + g * vy
        out[point, 2], out[point, 3] = df * x + dg * vx, df * y + dg * vy


def solution(start: Array, parameters: Mapping[str, Array], times: Array) -> Array:
    """Place and velocity about the centre. Raises DataError naming a start that is on no ellipse."""
    mu = parameters["mu"]
    speed2 = start[:, 2] ** 2 + start[:, 3] ** 2
    free = ~(speed2 * np.hypot(start[:, 0], start[:, 1]) < 2.0 * mu) | ~(mu > 0.0)
    if free.any():
        raise DataError("this orbit is no ellipse", where=f"trajectory {int(np.argmax(free))}",
                        expected="v^2 < 2 mu/r", fix="start slower")  # fmt: skip
    out = np.repeat(start[:, None], len(times), axis=1)
    for row in range(len(start)):
        _orbit(start[row], float(mu[row]), times, out[row])
    return out


LAW = Law(("u", "w", "du", "dw"), ("mu",), solution)
