"""The error function, in IEEE arithmetic alone and in many digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, vectorize

from dynarena.engines.elementary import FUNCTIONS

_TWO_OVER_ROOT_PI = 1.1283791670955126
_ONE = 5.93  # erf differs from 1 by less than half a last place beyond
_NEAR = 2.5

_exp = FUNCTIONS["exp"]


@njit(cache=True, error_model="numpy", nogil=True)
def _erf(x: float) -> float:
    """2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!! near 0; 1 - erfc by a continued fraction farther out."""
    size = abs(x)
    if not size < _ONE:
        return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x
    if size < _NEAR:
        term, total = size, size
        for n in range(1, 60):
            term = term * (2.0 * size * size / (2.0 * n + 1.0))
            total = total + term
        value = _TWO_OVER_ROOT_PI * _exp(-size * size) * total
    else:
        fraction = size
        for n in range(60, 0, -1):
            fraction = size + 0.5 * n / fraction
        value = 1.0 - 0.5 * _TWO_OVER_ROOT_PI * _exp(-size * size) / fraction
    return float(value if x >= 0.0 else -value)


double_erf: Any = vectorize(["float64(float64)"], cache=True)(_erf.py_func)  # type: ignore[no-untyped-call]
"""erf, elementwise over floats, error below 2e-15."""


def extended_erf(x: Any) -> Any:
    """erf, elementwise, in 30 digits."""
    import mpmath

    with mpmath.workdps(30):
        return np.frompyfunc(lambda value: np.longdouble(mpmath.nstr(mpmath.erf(_many(value)), 25)), 1, 1)(x).astype(
            np.longdouble
        )


def _many(value: Any) -> Any:
    """An extended number as mpmath's: its double and what is left."""
    import mpmath

    double = float(value)
    return mpmath.mpf(double) + (mpmath.mpf(float(value - np.longdouble(double))) if np.isfinite(double) else 0)
