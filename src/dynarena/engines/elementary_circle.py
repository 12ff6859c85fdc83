"""sin, cos, tan and their inverses in IEEE arithmetic alone.

Those that right-hand sides call most choose between values instead of branching, so that lanes work at once.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_jit = njit(cache=True, error_model="numpy", nogil=True)

_TWO_OVER_PI = 0.6366197723675814
_HALF_PI_1 = float.fromhex("0x1.921fb54400000p+0")  # pi/2 in three parts; the first two have 33 bits each
_HALF_PI_2 = float.fromhex("0x1.0b4611a600000p-34")
_HALF_PI_3 = float.fromhex("0x1.3198a2e037073p-69")
_LARGEST_ANGLE = 1647099.0  # 2^20 pi/2: beyond it the parts above do not multiply exactly
_HALF_PI = 1.5707963267948966
_HALF_PI_TAIL = float.fromhex("0x1.1a62633145c07p-54")
_ATAN = tuple(
    float.fromhex(digits)
    for digits in (
        "0x0.0p+0", "0x1.fd5ba9aac2f6ep-4", "0x1.f5b75f92c80ddp-3", "0x1.6f61941e4def1p-2", "0x1.dac670561bb4fp-2",
        "0x1.1e00babdefeb4p-1", "0x1.4978fa3269ee1p-1", "0x1.700a7c5784634p-1", "0x1.921fb54442d18p-1",
    )
)  # atan(j/8)  # fmt: skip


@_jit
def _horner_sin(z: float) -> float:
    total = 1.0 / 355687428096000.0
    total = total * z - 1.0 / 1307674368000.0
    total = total * z + 1.0 / 6227020800.0
    total = total * z - 1.0 / 39916800.0
    total = total * z + 1.0 / 362880.0
    total = total * z - 1.0 / 5040.0
    total = total * z + 1.0 / 120.0
    return total * z - 1.0 / 6.0


@_jit
def _horner_cos(z: float) -> float:
    total = -1.0 / 6402373705728000.0
    total = total * z + 1.0 / 20922789888000.0
    total = total * z - 1.0 / 87178291200.0
    total = total * z + 1.0 / 479001600.0
    total = total * z - 1.0 / 3628800.0
    total = total * z + 1.0 / 40320.0
    total = total * z - 1.0 / 720.0
    return total * z + 1.0 / 24.0


@_jit
def _reduce(x: float) -> tuple[float, float, float]:
    """n modulo 4, r, tail with x = n pi/2 + r + tail and |r| <= pi/4."""
    n = np.floor(x * _TWO_OVER_PI + 0.5)
    high = x - n * _HALF_PI_1
    middle = n * _HALF_PI_2
    r = high - middle
    lost = (high - r) - middle
    low = n * _HALF_PI_3 - lost
    total = r - low
    return n - 4.0 * np.floor(0.25 * n), total, (r - total) - low


@_jit
def _sin_near(r: float, tail: float) -> float:
    z = r * r
    return r + (z * r * _horner_sin(z) + tail * (1.0 - 0.5 * z))


@_jit
def _cos_near(r: float, tail: float) -> float:
    z = r * r
    half = 0.5 * z
    whole = 1.0 - half
    return whole + (((1.0 - whole) - half) + (z * z * _horner_cos(z) - r * tail))


@_jit
def sin(x: float) -> float:
    """sin x for |x| < 1.6e6 rad; nan beyond."""
    quarter, r, tail = _reduce(x)
    near, far = _sin_near(r, tail), _cos_near(r, tail)
    value = far if (quarter == 1.0) | (quarter == 3.0) else near
    value = -value if quarter >= 2.0 else value
    return value if abs(x) < _LARGEST_ANGLE else math.nan


@_jit
def cos(x: float) -> float:
    """cos x for |x| < 1.6e6 rad; nan beyond."""
    quarter, r, tail = _reduce(x)
    near, far = _cos_near(r, tail), _sin_near(r, tail)
    value = far if (quarter == 1.0) | (quarter == 3.0) else near
    value = -value if (quarter == 1.0) | (quarter == 2.0) else value
    return value if abs(x) < _LARGEST_ANGLE else math.nan


@_jit
def tan(x: float) -> float:
    """tan x for |x| < 1.6e6 rad; nan beyond."""
    return sin(x) / cos(x)


@_jit
def _atan_unit(x: float) -> tuple[float, float]:
    """atan x = high + low for 0 <= x <= 1: atan(j/8) from a table plus the series of the rest, |rest| <= 1/16."""
    j = math.floor(8.0 * x + 0.5)
    centre = 0.125 * j
    t = (x - centre) / (1.0 + x * centre)
    z = t * t
    total = -1.0 / 15.0
    total = total * z + 1.0 / 13.0
    total = total * z - 1.0 / 11.0
    total = total * z + 1.0 / 9.0
    total = total * z - 1.0 / 7.0
    total = total * z + 1.0 / 5.0
    total = total * z - 1.0 / 3.0
    return _ATAN[int(j)], t + t * z * total


@_jit
def atan(x: float) -> float:
    """The angle in (-pi/2, pi/2) whose tangent is x."""
    size = abs(x)
    if size <= 1.0:
        high, low = _atan_unit(size)
        value = high + low
    elif size > 1.0:
        high, low = _atan_unit(1.0 / size)
        value = (_HALF_PI - high) - (low - _HALF_PI_TAIL)
    else:
        return x
    return -value if x < 0.0 else value


@_jit
def asin(x: float) -> float:
    """The angle in [-pi/2, pi/2] whose sine is x; nan outside [-1, 1]."""
    return atan(x / math.sqrt((1.0 - x) * (1.0 + x))) if abs(x) <= 1.0 else math.nan


@_jit
def acos(x: float) -> float:
    """The angle in [0, pi] whose cosine is x; nan outside [-1, 1]."""
    return 2.0 * atan(math.sqrt((1.0 - x) / (1.0 + x))) if abs(x) <= 1.0 else math.nan
