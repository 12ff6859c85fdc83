"""States of a gas left and right of each face by MUSCL in primitive fields."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume.gas_rows import (
    ACROSS,
    AT_LEFT,
    AT_RIGHT,
    CHI0,
    EN,
    L_EN,
    L_RHO,
    LEFT,
    MOM,
    R_EN,
    R_RHO,
    RHO,
    RIGHT,
    T1,
    WIDTH,
    V,
)
from dynarena.engines.finite_volume.muscl import half_slope

Array = NDArray[np.float64]


@njit(cache=True, error_model="numpy", nogil=True)
def primitive_muscl(s: Array, gamma: float, across: int, n: int) -> None:
    """Limited slopes of density, velocities and pressure / (gamma - 1)."""
    for i in range(n):
        s[L_RHO + i] = s[RHO + i + 2] + half_slope(s[RHO + i + 1], s[RHO + i + 2], s[RHO + i + 3])
        s[R_RHO + i] = s[RHO + i + 3] - half_slope(s[RHO + i + 2], s[RHO + i + 3], s[RHO + i + 4])
        s[L_EN + i] = 0.0
        s[R_EN + i] = 0.0
    for i in range(n + 5):
        s[CHI0 + i] = s[EN + i]
    for k in range(1 + across):
        row = MOM if k == 0 else T1 + (k - 1) * WIDTH
        for i in range(n + 5):
            s[ACROSS + i] = s[row + i]
        for i in range(n + 5):
            s[V + i] = s[ACROSS + i] / s[RHO + i]
            s[CHI0 + i] -= 0.5 * s[V + i] * s[ACROSS + i]
        for i in range(n):
            a = s[V + i + 2] + half_slope(s[V + i + 1], s[V + i + 2], s[V + i + 3])
            b = s[V + i + 3] - half_slope(s[V + i + 2], s[V + i + 3], s[V + i + 4])
            s[AT_LEFT + i] = a * s[L_RHO + i]
            s[AT_RIGHT + i] = b * s[R_RHO + i]
            s[L_EN + i] += 0.5 * a * (a * s[L_RHO + i])
            s[R_EN + i] += 0.5 * b * (b * s[R_RHO + i])
        place = (1 if k == 0 else 2 + k) * WIDTH
        for i in range(n):
            s[LEFT + place + i] = s[AT_LEFT + i]
            s[RIGHT + place + i] = s[AT_RIGHT + i]
    for i in range(n):
        s[L_EN + i] += s[CHI0 + i + 2] + half_slope(s[CHI0 + i + 1], s[CHI0 + i + 2], s[CHI0 + i + 3])
        s[R_EN + i] += s[CHI0 + i + 3] - half_slope(s[CHI0 + i + 2], s[CHI0 + i + 3], s[CHI0 + i + 4])
