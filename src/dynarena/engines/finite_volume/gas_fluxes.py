"""Riemann solvers of a gas: HLLC and Rusanov.

Source: Toro, Spruce, Speares (1994), Shock Waves 4, 25 (HLLC); Batten, Clarke, Lambert, Causon (1997), SIAM J. Sci.
Comput. 18, 1553, and Einfeldt (1988), SIAM J. Numer. Anal. 25, 294 (its wave speeds, which keep density and pressure
positive); Rusanov (1961), J. Comput. Math. Phys. USSR 1, 267.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume.gas_rows import (
    F_EN,
    F_MOM,
    F_RHO,
    FLUX,
    KL,
    KR,
    L_EN,
    L_MOM,
    L_RHO,
    LEFT,
    MOM,
    R_EN,
    R_MOM,
    R_RHO,
    RHO,
    RIGHT,
    T1,
    WIDTH,
    C,
)  # fmt: skip

Array = NDArray[np.float64]


@njit(cache=True, error_model="numpy", nogil=True)
def keep_positive(s: Array, across: int, n: int) -> None:
    """Puts the cell average where a reconstructed density or pressure is not positive; m^2/2 of both sides in KL, KR.

    Source: as the fall-back to first order of Toro (2009), Riemann Solvers, section 14.
    """
    for i in range(n):
        s[KL + i] = 0.5 * s[L_MOM + i] * s[L_MOM + i]
        s[KR + i] = 0.5 * s[R_MOM + i] * s[R_MOM + i]
    for k in range(across):
        left, right = LEFT + (3 + k) * WIDTH, RIGHT + (3 + k) * WIDTH
        for i in range(n):
            s[KL + i] += 0.5 * s[left + i] * s[left + i]
        for i in range(n):
            s[KR + i] += 0.5 * s[right + i] * s[right + i]
    good = 0
    for i in range(n):
        here = (s[L_RHO + i] > 0.0) & (s[L_EN + i] * s[L_RHO + i] > s[KL + i])
        there = (s[R_RHO + i] > 0.0) & (s[R_EN + i] * s[R_RHO + i] > s[KR + i])
        good += 1 if here & there else 0
    if good < n:
        for i in range(n):
            if not (s[L_RHO + i] > 0.0 and s[L_EN + i] * s[L_RHO + i] > s[KL + i]):
                s[KL + i] = _copy(s, LEFT, i, i + 2, across)
            if not (s[R_RHO + i] > 0.0 and s[R_EN + i] * s[R_RHO + i] > s[KR + i]):
                s[KR + i] = _copy(s, RIGHT, i, i + 3, across)


@njit(cache=True, error_model="numpy", nogil=True)
def _copy(s: Array, to: int, face: int, cell: int, across: int) -> float:
    for k in range(3 + across):
        s[to + k * WIDTH + face] = s[RHO + k * WIDTH + cell]
    square = 0.5 * s[MOM + cell] * s[MOM + cell]
    for k in range(across):
        square += 0.5 * s[T1 + k * WIDTH + cell] * s[T1 + k * WIDTH + cell]
    return float(square)


@njit(cache=True, error_model="numpy", nogil=True)
def hllc(s: Array, gamma: float, across: int, n: int) -> None:
    """The flux through each face; momenta across ride on the mass."""
    for i in range(n):
        rl, rr, ml, mr, el, er = s[L_RHO + i], s[R_RHO + i], s[L_MOM + i], s[R_MOM + i], s[L_EN + i], s[R_EN + i]
        inv_l, inv_r = 1.0 / rl, 1.0 / rr
        ul, ur = ml * inv_l, mr * inv_r
        pl, pr = (gamma - 1.0) * (el - s[KL + i] * inv_l), (gamma - 1.0) * (er - s[KR + i] * inv_r)
        square_l, square_r = gamma * pl * inv_l, gamma * pr * inv_r
        root_l, root_r = np.sqrt(rl), np.sqrt(rr)
        share = 1.0 / (root_l + root_r)
        mean, jump = (root_l * ul + root_r * ur) * share, ur - ul
        spread = 0.5 * (root_l * root_r) * (share * share)
        sound = np.sqrt((root_l * square_l + root_r * square_r) * share + spread * (jump * jump))
        low, high = ul - np.sqrt(square_l), ur + np.sqrt(square_r)
        low = mean - sound if mean - sound < low else low
        high = mean + sound if mean + sound > high else high
        ql, qr = rl * (low - ul), rr * (high - ur)
        star = ((pr - pl) + (ul * ql - ur * qr)) / (ql - qr)
        left = star >= 0.0
        low, high = low if low < 0.0 else 0.0, high if high > 0.0 else 0.0
        rho, inverse, u, p = rl if left else rr, inv_l if left else inv_r, ul if left else ur, pl if left else pr
        m, e, q = ml if left else mr, el if left else er, ql if left else qr
        beyond = low if left else high
        wave = u + q * inverse
        rho_star = q / (wave - star)
        s[F_RHO + i] = m + beyond * (rho_star - rho)
        s[F_MOM + i] = (m * u + p) + beyond * (rho_star * star - m)
        s[F_EN + i] = (e + p) * u + beyond * (rho_star * (e * inverse + (star - u) * (star + p / q)) - e)
        s[C + i] = star
    for k in range(across):
        row, left_row, right_row = FLUX + (3 + k) * WIDTH, LEFT + (3 + k) * WIDTH, RIGHT + (3 + k) * WIDTH
        for i in range(n):
            v_l, v_r = s[left_row + i] / s[L_RHO + i], s[right_row + i] / s[R_RHO + i]
            s[row + i] = s[F_RHO + i] * (v_l if s[C + i] >= 0.0 else v_r)


@njit(cache=True, error_model="numpy", nogil=True)
def rusanov(s: Array, gamma: float, across: int, n: int) -> None:
    """The mean flux less half the fastest speed times the jump."""
    for k in range(3 + across):
        row = k * WIDTH
        for i in range(n):
            a = s[L_MOM + i] / s[L_RHO + i]
            b = s[R_MOM + i] / s[R_RHO + i]
            pl = (gamma - 1.0) * (s[L_EN + i] - s[KL + i] / s[L_RHO + i])
            pr = (gamma - 1.0) * (s[R_EN + i] - s[KR + i] / s[R_RHO + i])
            fast_l, fast_r = abs(a) + np.sqrt(gamma * pl / s[L_RHO + i]), abs(b) + np.sqrt(gamma * pr / s[R_RHO + i])
            fast = fast_l if fast_l > fast_r else fast_r
            push = pl + pr if k == 1 else pl * a + pr * b if k == 2 else 0.0
            carried = s[LEFT + row + i] * a + s[RIGHT + row + i] * b
            s[FLUX + row + i] = 0.5 * ((carried + push) - fast * (s[RIGHT + row + i] - s[LEFT + row + i]))
