"""exp, log, square root and the hyperbolic functions in IEEE arithmetic alone."""

from __future__ import annotations

import math

from numba import njit

_jit = njit(cache=True, error_model="numpy", nogil=True)

_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_INVERSE_LN2 = 1.4426950408889634
_SQRT_HALF = 0.7071067811865476


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
def exp(x: float) -> float:
    """e^x; inf above 709.78, 0 below -745.13."""
    if x != x:
        return x
    if x > 709.782712893384:
        return math.inf
    if x < -745.1332191019412:
        return 0.0
    k = math.floor(x * _INVERSE_LN2 + 0.5)
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    lost = (high - r) - low
    return math.ldexp(1.0 + (r + (r * r * _exp_tail(r) + lost)), int(k))


@_jit
def expm1(x: float) -> float:
    """e^x - 1 without cancellation near 0."""
    if not abs(x) < 36.0:
        return exp(x) - 1.0
    k = math.floor(x * _INVERSE_LN2 + 0.5)
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    lost = (high - r) - low
    less_one = r + (r * r * _exp_tail(r) + lost)
    power = math.ldexp(1.0, int(k))
    return power * less_one + (power - 1.0)


@_jit
def log(x: float) -> float:
    """ln x; -inf at 0, nan below."""
    if not (0.0 < x < math.inf):
        return x if x > 0.0 or x != x else (-math.inf if x == 0.0 else math.nan)
    mantissa, k = math.frexp(x)
    if mantissa < _SQRT_HALF:
        mantissa *= 2.0
        k -= 1
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
    return k * _LN2_HIGH - ((s * (f - total) - k * _LN2_LOW) - f)


@_jit
def sqrt(x: float) -> float:
    """The square root, rounded correctly; nan below 0."""
    return math.sqrt(x) if x >= 0.0 else math.nan


@_jit
def sinh(x: float) -> float:
    """(e^x - e^-x)/2."""
    size = abs(x)
    if size < 709.0:
        grown = expm1(size)
        value = 0.5 * (grown + grown / (grown + 1.0))
    else:
        half = exp(0.5 * size)
        value = (0.5 * half) * half
    return -value if x < 0.0 else value


@_jit
def cosh(x: float) -> float:
    """(e^x + e^-x)/2."""
    size = abs(x)
    if size < 709.0:
        grown = exp(size)
        return 0.5 * (grown + 1.0 / grown)
    half = exp(0.5 * size)
    return (0.5 * half) * half


@_jit
def tanh(x: float) -> float:
    """(e^2x - 1)/(e^2x + 1)."""
    size = abs(x)
    if size > 22.0:
        value = 1.0
    else:
        grown = expm1(2.0 * size)
        value = grown / (grown + 2.0)
    return -value if x < 0.0 else (value if x == x else x)
