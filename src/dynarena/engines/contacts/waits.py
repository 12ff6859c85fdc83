"""How long until something touches: roots of polynomials in t, since every disc has a constant acceleration."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.contacts.roots import first_fall

Array = NDArray[np.float64]

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def meeting(dx: float, dy: float, wx: float, wy: float, ax: float, ay: float, reach: float, last: float) -> float:
    """The first t <= last at which |d + w t + a t^2/2| falls to `reach`, else infinity; 0 where it is in and falls."""
    approach = dx * wx + dy * wy
    gap = dx * dx + dy * dy - reach * reach
    if gap <= 0.0 and approach < 0.0:
        return 0.0
    if ax == 0.0 and ay == 0.0:
        if approach >= 0.0:
            return math.inf
        root = approach * approach - (wx * wx + wy * wy) * gap
        return gap / (math.sqrt(root) - approach) if root >= 0.0 else math.inf
    c = np.empty(5)
    c[0], c[1], c[2] = gap, 2.0 * approach, wx * wx + wy * wy + dx * ax + dy * ay
    c[3], c[4] = wx * ax + wy * ay, 0.25 * (ax * ax + ay * ay)
    return first_fall(c, last)


@_jit
def reaching(gap: float, closing: float, pull: float) -> float:
    """The first t >= 0 at which closing t + pull t^2/2 = gap while closing, else infinity."""
    gap = max(gap, 0.0)
    if closing > 0.0:
        root = closing * closing + 2.0 * pull * gap
        return 2.0 * gap / (closing + math.sqrt(root)) if root >= 0.0 else math.inf
    if pull > 0.0:
        return (math.sqrt(closing * closing + 2.0 * pull * gap) - closing) / pull
    return math.inf
