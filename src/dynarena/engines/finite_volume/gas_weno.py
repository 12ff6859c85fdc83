"""States of a gas left and right of each face by WENO5-Z in characteristic fields."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume.gas_rows import (
    ACROSS,
    AT_LEFT,
    AT_RIGHT,
    CHI0,
    CHI1,
    CHI2,
    CHI3,
    CHI4,
    CHI5,
    EN,
    KINETIC,
    L_EN,
    L_MOM,
    L_RHO,
    LEFT,
    MOM,
    Q0,
    Q1,
    Q2,
    Q3,
    Q4,
    Q5,
    R_EN,
    R_MOM,
    R_RHO,
    RHO,
    RIGHT,
    SUM_L,
    SUM_R,
    T1,
    WIDTH,
    B,
    C,
    U,
    V,
)  # fmt: skip
from dynarena.engines.finite_volume.weno import weno5

Array = NDArray[np.float64]


@njit(cache=True, error_model="numpy", nogil=True)
def characteristic_weno(s: Array, gamma: float, across: int, n: int) -> None:
    """Projects six cells on the waves of the mean state at each face, reconstructs each wave, and returns.

    With b = (gamma - 1)/c^2 and a cell's chi = b (V^2/2 rho - v.m + E), mu = (m - u rho)/c, the amplitudes are
    (chi -+ mu)/2 of sound, rho - chi of entropy and t - v rho of each shear.
    """
    for i in range(n):
        mass = 1.0 / (s[RHO + i + 2] + s[RHO + i + 3])
        u = (s[MOM + i + 2] + s[MOM + i + 3]) * mass
        s[U + i] = u
        s[KINETIC + i] = 0.5 * u * u
        s[B + i] = (s[EN + i + 2] + s[EN + i + 3]) * mass
    for i in range(n):
        u = s[U + i]
        s[CHI0 + i] = s[EN + i] - u * s[MOM + i]
        s[CHI1 + i] = s[EN + i + 1] - u * s[MOM + i + 1]
        s[CHI2 + i] = s[EN + i + 2] - u * s[MOM + i + 2]
        s[CHI3 + i] = s[EN + i + 3] - u * s[MOM + i + 3]
        s[CHI4 + i] = s[EN + i + 4] - u * s[MOM + i + 4]
        s[CHI5 + i] = s[EN + i + 5] - u * s[MOM + i + 5]
    for k in range(across):
        _take(s, T1 + k * WIDTH, n)
        for i in range(n):
            v = s[V + i]
            s[KINETIC + i] += 0.5 * v * v
            s[CHI0 + i] -= v * s[ACROSS + i]
            s[CHI1 + i] -= v * s[ACROSS + i + 1]
            s[CHI2 + i] -= v * s[ACROSS + i + 2]
            s[CHI3 + i] -= v * s[ACROSS + i + 3]
            s[CHI4 + i] -= v * s[ACROSS + i + 4]
            s[CHI5 + i] -= v * s[ACROSS + i + 5]
    for i in range(n):
        kinetic = s[KINETIC + i]
        square = gamma * (gamma - 1.0) * (s[B + i] - kinetic)
        b = (gamma - 1.0) / square
        s[C + i] = np.sqrt(square)
        s[CHI0 + i] = b * (s[CHI0 + i] + kinetic * s[RHO + i])
        s[CHI1 + i] = b * (s[CHI1 + i] + kinetic * s[RHO + i + 1])
        s[CHI2 + i] = b * (s[CHI2 + i] + kinetic * s[RHO + i + 2])
        s[CHI3 + i] = b * (s[CHI3 + i] + kinetic * s[RHO + i + 3])
        s[CHI4 + i] = b * (s[CHI4 + i] + kinetic * s[RHO + i + 4])
        s[CHI5 + i] = b * (s[CHI5 + i] + kinetic * s[RHO + i + 5])
    _sound(s, n)
    _entropy(s, gamma, n)
    for k in range(across):
        _shear(s, k, n)


@njit(cache=True, error_model="numpy", nogil=True)
def _sound(s: Array, n: int) -> None:
    """Half the sum and half the difference of both sound waves, at both sides."""
    _moving(s, -1.0, n)
    _reconstruct(s, n)
    for i in range(n):
        s[SUM_L + i] = 0.5 * s[AT_LEFT + i]
        s[SUM_R + i] = 0.5 * s[AT_RIGHT + i]
        s[L_MOM + i] = -0.5 * s[AT_LEFT + i]
        s[R_MOM + i] = -0.5 * s[AT_RIGHT + i]
    _moving(s, 1.0, n)
    _reconstruct(s, n)
    for i in range(n):
        s[SUM_L + i] += 0.5 * s[AT_LEFT + i]
        s[SUM_R + i] += 0.5 * s[AT_RIGHT + i]
        s[L_MOM + i] += 0.5 * s[AT_LEFT + i]
        s[R_MOM + i] += 0.5 * s[AT_RIGHT + i]


@njit(cache=True, error_model="numpy", nogil=True)
def _moving(s: Array, sign: float, n: int) -> None:
    """chi + sign mu of six cells."""
    for i in range(n):
        u, scale = s[U + i], sign / s[C + i]
        s[Q0 + i] = s[CHI0 + i] + (s[MOM + i] - u * s[RHO + i]) * scale
        s[Q1 + i] = s[CHI1 + i] + (s[MOM + i + 1] - u * s[RHO + i + 1]) * scale
        s[Q2 + i] = s[CHI2 + i] + (s[MOM + i + 2] - u * s[RHO + i + 2]) * scale
        s[Q3 + i] = s[CHI3 + i] + (s[MOM + i + 3] - u * s[RHO + i + 3]) * scale
        s[Q4 + i] = s[CHI4 + i] + (s[MOM + i + 4] - u * s[RHO + i + 4]) * scale
        s[Q5 + i] = s[CHI5 + i] + (s[MOM + i + 5] - u * s[RHO + i + 5]) * scale


@njit(cache=True, error_model="numpy", nogil=True)
def _entropy(s: Array, gamma: float, n: int) -> None:
    """The entropy wave, and with it density, momentum and energy at both sides."""
    for i in range(n):
        s[Q0 + i] = s[RHO + i] - s[CHI0 + i]
        s[Q1 + i] = s[RHO + i + 1] - s[CHI1 + i]
        s[Q2 + i] = s[RHO + i + 2] - s[CHI2 + i]
        s[Q3 + i] = s[RHO + i + 3] - s[CHI3 + i]
        s[Q4 + i] = s[RHO + i + 4] - s[CHI4 + i]
        s[Q5 + i] = s[RHO + i + 5] - s[CHI5 + i]
    _reconstruct(s, n)
    for i in range(n):
        u, c, kinetic = s[U + i], s[C + i], s[KINETIC + i]
        enthalpy = c * c / (gamma - 1.0) + kinetic
        flow_l, flow_r = c * s[L_MOM + i], c * s[R_MOM + i]
        e_l, e_r = s[AT_LEFT + i], s[AT_RIGHT + i]
        rho_l, rho_r = s[SUM_L + i] + e_l, s[SUM_R + i] + e_r
        s[L_RHO + i] = rho_l
        s[R_RHO + i] = rho_r
        s[L_MOM + i] = u * rho_l + flow_l
        s[R_MOM + i] = u * rho_r + flow_r
        s[L_EN + i] = (enthalpy * s[SUM_L + i] + kinetic * e_l) + u * flow_l
        s[R_EN + i] = (enthalpy * s[SUM_R + i] + kinetic * e_r) + u * flow_r


@njit(cache=True, error_model="numpy", nogil=True)
def _shear(s: Array, k: int, n: int) -> None:
    """A shear wave, and with it a momentum across and its part in the energy, at both sides."""
    _take(s, T1 + k * WIDTH, n)
    for i in range(n):
        v = s[V + i]
        s[Q0 + i] = s[ACROSS + i] - v * s[RHO + i]
        s[Q1 + i] = s[ACROSS + i + 1] - v * s[RHO + i + 1]
        s[Q2 + i] = s[ACROSS + i + 2] - v * s[RHO + i + 2]
        s[Q3 + i] = s[ACROSS + i + 3] - v * s[RHO + i + 3]
        s[Q4 + i] = s[ACROSS + i + 4] - v * s[RHO + i + 4]
        s[Q5 + i] = s[ACROSS + i + 5] - v * s[RHO + i + 5]
    _reconstruct(s, n)
    left, right = LEFT + (3 + k) * WIDTH, RIGHT + (3 + k) * WIDTH
    for i in range(n):
        s[L_EN + i] += s[V + i] * s[AT_LEFT + i]
        s[R_EN + i] += s[V + i] * s[AT_RIGHT + i]
    for i in range(n):
        s[left + i] = s[V + i] * s[L_RHO + i] + s[AT_LEFT + i]
    for i in range(n):
        s[right + i] = s[V + i] * s[R_RHO + i] + s[AT_RIGHT + i]


@njit(cache=True, error_model="numpy", nogil=True)
def _reconstruct(s: Array, n: int) -> None:
    """Both sides of each face from six rows of cells."""
    for i in range(n):
        s[AT_LEFT + i], s[AT_RIGHT + i] = weno5(s[Q0 + i], s[Q1 + i], s[Q2 + i], s[Q3 + i], s[Q4 + i], s[Q5 + i])


@njit(cache=True, error_model="numpy", nogil=True)
def _take(s: Array, row: int, n: int) -> None:
    """One momentum across into its working row, and its mean velocity at each face."""
    for i in range(n + 5):
        s[ACROSS + i] = s[row + i]
    for i in range(n):
        s[V + i] = (s[ACROSS + i + 2] + s[ACROSS + i + 3]) / (s[RHO + i + 2] + s[RHO + i + 3])
