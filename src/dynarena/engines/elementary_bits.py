"""Powers of two and the parts of a float by its bits: without a branch, so that lanes of a processor work at once."""

from __future__ import annotations

import numpy as np
from numba import njit

_jit = njit(cache=True, error_model="numpy", nogil=True)

_WHOLE = 4503599627370496.0  # 2^52: added to a whole number below it, the number stands in the last bits
_EXPONENT_ZERO = 1023.0
_MANTISSA = 0x000FFFFFFFFFFFFF
_HALF_BITS = 0x3FE0000000000000
_WHOLE_BITS = 0x4330000000000000
_SMALLEST_NORMAL = 2.2250738585072014e-308
_LIFT, _LIFTED = 18014398509481984.0, 54.0


@_jit
def _power_of_two(k: float) -> float:
    """2^k for a whole k from -1022 to 1023."""
    bits = np.int64(np.float64(k + (_WHOLE + _EXPONENT_ZERO)).view(np.int64) << 52)
    return bits.view(np.float64)


@_jit
def scaled(x: float, k: float) -> float:
    """x 2^k, rounded once, for whole k from -1100 to 1100 and x between 1/2 and 2."""
    first = np.floor(0.5 * k)
    return (x * _power_of_two(first)) * _power_of_two(k - first)


@_jit
def mantissa_and_exponent(x: float) -> tuple[float, float]:
    """m and k with x = m 2^k and 1/2 <= m < 1, for positive finite x."""
    tiny = x < _SMALLEST_NORMAL
    bits = np.float64(x * _LIFT if tiny else x).view(np.int64)
    m = np.int64((bits & _MANTISSA) | _HALF_BITS).view(np.float64)
    k = np.int64((bits >> 52) | _WHOLE_BITS).view(np.float64) - (_WHOLE + _EXPONENT_ZERO - 1.0)
    return m, (k - _LIFTED if tiny else k)
