"""Rotation of a torus, in closed form."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.lanes import wrapped
from dynarena.engines.parallel import share

Array = NDArray[np.float64]

DIGITS = 30


@njit(cache=True, error_model="numpy", nogil=True)
def _turn(start: Array, rates: Array, times: Array, out: Array, first: int, last: int) -> None:
    for row in range(first, last):
        for point in range(times.shape[0]):
            for k in range(start.shape[1]):
                out[row, point, k] = wrapped(start[row, k] + wrapped(rates[row, k] * times[point]))


def turn(start: Array, rates: Array, times: Array) -> Array:
    """Angles [trajectory, time, component] in [0, 2 pi) at `times` after a start, at rates [trajectory, component]."""
    out = np.empty((len(start), len(times), start.shape[1]))
    share(lambda first, last: _turn(start, rates, times, out, first, last), len(start))
    return out


def turn_in_many_digits(start: Array, rates: Array, times: Array) -> Array:
    """The same in arithmetic of many digits, rounded once."""
    import mpmath

    def one(x: float, rate: float, time: float) -> float:
        whole = mpmath.mpf(x) + mpmath.mpf(rate) * mpmath.mpf(time)
        return float(whole - 2 * mpmath.pi * mpmath.floor(whole / (2 * mpmath.pi)))

    with mpmath.workdps(DIGITS):
        values = np.frompyfunc(one, 3, 1)(start[:, None, :], rates[:, None, :], times[None, :, None])
    return np.asarray(values, dtype=np.float64)
