"""exp, log, square root and the hyperbolic functions in IEEE arithmetic alone.

All choose between values instead of branching, so that lanes work at once.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from dynarena.engines.elementary_bits import mantissa_and_exponent, scaled

_jit = njit(cache=True, error_model="numpy", nogil=True)

_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_INVERSE_LN2 = 1.4426950408889634
_SQRT_HALF = 0.7071067811865476
_EXP_LARGEST, _EXP_SMALLEST = 709.782712893384, -745.1332191019412


@_jit
def _exp_tail(r: float) -> float:
    """(e^r - 1 - r) / r^2 for |r| <= ln(2)/2."""
    total = 1.0 / 87178291200.0
    total = total * r + 1.0 / 6227020800.0
    total = total * r + 1.0 / 479001600.0
    total = total * r + 1.0 / 39916800.0
    total = total * r + 1.0 / 3628800.0
    total = total * r + 1.0 / 362880.0
    total = total * r + 1.0 / 40320.0
    total = total * r + 1.0 / 5040.0
    total = total * r + 1.0 / 720.0
    total = total * r + 1.0 / 120.0
    total = total * r + 1.0 / 24.0
    total = total * r + 1.0 / 6.0
    return total * r + 0.5


@_jit
def _reduced(x: float) -> tuple[float, float, float]:
    """k, r, lost with x = k ln 2 + r + lost and |r| <= ln(2)/2."""
    k = np.floor(x * _INVERSE_LN2 + 0.5)
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    return k, r, (high - r) - low


@_jit
def exp(x: float) -> float:
    """e^x; inf above 709.78, 0 below -745.13."""
    within = x if x < _EXP_LARGEST else _EXP_LARGEST
    within = within if within > _EXP_SMALLEST else _EXP_SMALLEST
    k, r, lost = _reduced(within)
    value = scaled(1.0 + (r + (r * r * _exp_tail(r) + lost)), k)
    value = math.inf if x > _EXP_LARGEST else value
    value = 0.0 if x < _EXP_SMALLEST else value
    return value if x == x else x


@_jit
def expm1(x: float) -> float:
    """e^x - 1 without cancellation near 0."""
    small = abs(x) < 36.0
    k, r, lost = _reduced(x if small else 0.0)
    less_one = r + (r * r * _exp_tail(r) + lost)
    power = scaled(1.0, k)
    return power * less_one + (power - 1.0) if small else exp(x) - 1.0


@_jit
def log(x: float) -> float:
    """ln x; -inf at 0, nan below."""
    positive = (x > 0.0) & (x < math.inf)
    mantissa, k = mantissa_and_exponent(x if positive else 1.0)
    low = mantissa < _SQRT_HALF
    mantissa = 2.0 * mantissa if low else mantissa
    k = k - 1.0 if low else k
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    total = 2.0 / 23.0
    total = total * z + 2.0 / 21.0
    total = total * z + 2.0 / 19.0
    total = total * z + 2.0 / 17.0
    total = total * z + 2.0 / 15.0
    total = total * z + 2.0 / 13.0
    total = total * z + 2.0 / 11.0
    total = total * z + 2.0 / 9.0
    total = total * z + 2.0 / 7.0
    total = total * z + 2.0 / 5.0
    total = (total * z + 2.0 / 3.0) * z
    value = k * _LN2_HIGH - ((s * (f - total) - k * _LN2_LOW) - f)
    edge = x if (x > 0.0) | (x != x) else (-math.inf if x == 0.0 else math.nan)
    return value if positive else edge


@_jit
def sqrt(x: float) -> float:
    """The square root, rounded correctly; nan below 0."""
    return math.sqrt(x) if x >= 0.0 else math.nan


@_jit
def _half_exp(size: float) -> float:
    """e^size / 2 where e^size itself may overflow."""
    half = exp(0.5 * size)
    return (0.5 * half) * half


@_jit
def sinh(x: float) -> float:
    """(e^x - e^-x)/2."""
    size = abs(x)
    grown = expm1(size)
    value = 0.5 * (grown + grown / (grown + 1.0)) if size < 709.0 else _half_exp(size)
    return -value if x < 0.0 else value


@_jit
def cosh(x: float) -> float:
    """(e^x + e^-x)/2."""
    size = abs(x)
    grown = exp(size)
    return 0.5 * (grown + 1.0 / grown) if size < 709.0 else _half_exp(size)


@_jit
def tanh(x: float) -> float:
    """(e^2x - 1)/(e^2x + 1)."""
    size = abs(x)
    grown = expm1(2.0 * size if size < 22.0 else 44.0)
    value = 1.0 if size > 22.0 else grown / (grown + 2.0)
    value = -value if x < 0.0 else value
    return value if x == x else x
