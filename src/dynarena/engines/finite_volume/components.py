"""Laws reconstructed field by field: both sides of each face, and smooth diffusive fluxes."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume.muscl import muscl_line
from dynarena.engines.finite_volume.weno import weno_line

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@njit(cache=True, error_model="numpy", nogil=True)
def both_sides(q: Array, method: Codes, left: Array, right: Array) -> None:
    """Values left and right of each face of one field [cell with ghosts], by WENO5-Z or MUSCL."""
    if method[0] == 0:
        weno_line(q, left, right, q.size - 5)
    else:
        muscl_line(q, left, right, q.size - 5)


@njit(cache=True, error_model="numpy", nogil=True)
def add_diffusion(q: Array, factor: float, f: Array) -> None:
    """f -= factor x the fourth-order difference of averages across each face: factor = diffusivity / cell."""
    for i in range(f.size):
        f[i] -= factor * (15.0 * (q[i + 3] - q[i + 2]) - (q[i + 4] - q[i + 1])) / 12.0
