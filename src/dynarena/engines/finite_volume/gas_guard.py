"""Fluxes limited so that no cell's density or pressure becomes negative.

A forward Euler step is a mean of one update a face: U - mu F on its left, U + mu F on its right. Each of them is
positive with the first-order Rusanov flux where mu (|u| + c) <= 1; a flux that makes one negative is moved towards
that flux just as far as it must.

Source: Hu, Adams, Shu (2013), J. Comput. Phys. 242, 169.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume.gas_rows import (
    EN,
    F_EN,
    F_MOM,
    F_RHO,
    FLUX,
    KL,
    KR,
    MOM,
    RHO,
    T1,
    WIDTH,
    V,
)  # fmt: skip

Array = NDArray[np.float64]

_KEPT = 1e-12
"""The part of a cell's density and pressure that an update leaves at least."""


@njit(cache=True, error_model="numpy", nogil=True)
def guard(s: Array, gamma: float, mu: float, across: int, n: int) -> None:
    """Limits the fluxes between the cells of a stretch."""
    for i in range(n):
        below, above = s[MOM + i + 2] - mu * s[F_MOM + i], s[MOM + i + 3] + mu * s[F_MOM + i]
        s[KL + i] = 0.5 * below * below
        s[KR + i] = 0.5 * above * above
    for k in range(across):
        row, flux = T1 + k * WIDTH, FLUX + (3 + k) * WIDTH
        for i in range(n):
            below = s[row + i + 2] - mu * s[flux + i]
            s[KL + i] += 0.5 * below * below
        for i in range(n):
            above = s[row + i + 3] + mu * s[flux + i]
            s[KR + i] += 0.5 * above * above
    good = 0
    for i in range(n):
        rho_l, rho_r = s[RHO + i + 2] - mu * s[F_RHO + i], s[RHO + i + 3] + mu * s[F_RHO + i]
        e_l, e_r = s[EN + i + 2] - mu * s[F_EN + i], s[EN + i + 3] + mu * s[F_EN + i]
        dense = (rho_l > _KEPT * s[RHO + i + 2]) & (rho_r > _KEPT * s[RHO + i + 3])
        here = dense & (e_l * rho_l > s[KL + i]) & (e_r * rho_r > s[KR + i])
        s[V + i] = 1.0 if here else 0.0
        good += 1 if here else 0
    if good < n:
        for i in range(n):
            if s[V + i] == 0.0:
                _limit(s, gamma, mu, across, i)


@njit(cache=True, error_model="numpy", nogil=True)
def _limit(s: Array, gamma: float, mu: float, across: int, i: int) -> None:
    first = np.empty(3 + across)
    _first_order(s, gamma, across, i, first)
    flux = np.empty(3 + across)
    for k in range(3 + across):
        flux[k] = s[FLUX + k * WIDTH + i]
    for law in range(2):
        theta = 1.0
        for side in range(2):
            cell, factor = i + 2 + side, mu if side == 1 else -mu
            given, safe = _measure(s, law, cell, across, factor, flux), _measure(s, law, cell, across, factor, first)
            least = _KEPT * _measure(s, law, cell, across, 0.0, first)
            if not given >= least:
                part = (safe - least) / (safe - given)
                theta = part if part < theta else theta
        theta = theta if theta > 0.0 else 0.0
        for k in range(3 + across):
            flux[k] = first[k] + theta * (flux[k] - first[k])
    for k in range(3 + across):
        s[FLUX + k * WIDTH + i] = flux[k]


@njit(cache=True, error_model="numpy", nogil=True)
def _measure(s: Array, law: int, cell: int, across: int, factor: float, flux: Array) -> float:
    """The density (0) or internal energy (1) of a cell changed by factor x flux."""
    rho = s[RHO + cell] + factor * flux[0]
    if law == 0:
        return float(rho)
    square = 0.0
    for k in range(1, 3 + across):
        if k != 2:
            momentum = s[RHO + k * WIDTH + cell] + factor * flux[k]
            square += 0.5 * momentum * momentum
    return float((s[EN + cell] + factor * flux[2]) - square / rho)


@njit(cache=True, error_model="numpy", nogil=True)
def _first_order(s: Array, gamma: float, across: int, i: int, first: Array) -> None:
    """The Rusanov flux between two cells."""
    a, b = i + 2, i + 3
    first[:] = 0.0
    ua, ub = s[MOM + a] / s[RHO + a], s[MOM + b] / s[RHO + b]
    pa = (gamma - 1.0) * _measure(s, 1, a, across, 0.0, first)
    pb = (gamma - 1.0) * _measure(s, 1, b, across, 0.0, first)
    fast_a, fast_b = abs(ua) + np.sqrt(gamma * pa / s[RHO + a]), abs(ub) + np.sqrt(gamma * pb / s[RHO + b])
    fast = fast_a if fast_a > fast_b else fast_b
    for k in range(3 + across):
        row = RHO + k * WIDTH
        first[k] = 0.5 * ((s[row + a] * ua + s[row + b] * ub) - fast * (s[row + b] - s[row + a]))
    first[1] += 0.5 * (pa + pb)
    first[2] += 0.5 * (pa * ua + pb * ub)
