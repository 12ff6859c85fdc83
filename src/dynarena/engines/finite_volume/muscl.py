"""MUSCL reconstruction: linear in each cell, with van Leer's limiter.

Source: van Leer (1979), J. Comput. Phys. 32, 101; limiter: van Leer (1974), J. Comput. Phys. 14, 361.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

_TINY = 1e-300


@njit(error_model="numpy", nogil=True, inline="always")
def half_slope(q0: float, q1: float, q2: float) -> float:
    """Half the limited difference across the middle of three cells: half the harmonic mean, 0 at an extremum."""
    below, above = q1 - q0, q2 - q1
    product = below * above
    total = below + above
    return product / (total if product > 0.0 else 1.0) if product > _TINY else 0.0


@njit(cache=True, error_model="numpy", nogil=True)
def muscl_line(q: Array, left: Array, right: Array, n_faces: int) -> None:
    """Values on both sides of each face of one field [cell with ghosts]."""
    for i in range(n_faces):
        left[i] = q[i + 2] + half_slope(q[i + 1], q[i + 2], q[i + 3])
        right[i] = q[i + 3] - half_slope(q[i + 2], q[i + 3], q[i + 4])
