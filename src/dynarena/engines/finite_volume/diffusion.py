"""Nonlinear diffusion u_t = lap Phi(u): fluxes -grad Phi by differences, so that mass is exact."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True, error_model="numpy", nogil=True)
def potential_fluxes(phi: Array, cell: float, f: Array) -> None:
    """-(phi_above - phi_below) / cell at each face of a line [cell with ghosts]."""
    for i in range(f.size):
        f[i] = -(phi[i + 3] - phi[i + 2]) / cell


@njit(cache=True, error_model="numpy", nogil=True)
def diffusive_pace(u: Array, most: float, cells: Array, out: Array) -> bool:
    """2 x the largest diffusivity / cell^2 an axis; False where u is not finite."""
    for axis in range(3):
        out[axis] = 0.0 if u.shape[1 + axis] == 1 else 2.0 * most / (cells[axis] * cells[axis])
    out[3] = 0.0
    return bool(np.isfinite(u).all())
