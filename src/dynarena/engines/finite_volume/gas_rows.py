"""Where a stretch of a line of gas keeps its numbers: rows of one flat scratch array, at constant distances.

Constant distances let the compiler see that rows do not overlap, and so use the processor's vector registers.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

STRETCH = 80
"""Most faces a stretch: all rows of one fit a first-level cache."""
WIDTH = 88
"""Numbers a row: an odd number of cache lines, so that rows do not collide."""

RHO, MOM, EN, T1, T2 = 0 * WIDTH, 1 * WIDTH, 2 * WIDTH, 3 * WIDTH, 4 * WIDTH
LEFT, RIGHT, FLUX = 5 * WIDTH, 10 * WIDTH, 15 * WIDTH
"""Each five rows, in the order of the cells above."""
L_RHO, L_MOM, L_EN = LEFT, LEFT + WIDTH, LEFT + 2 * WIDTH
R_RHO, R_MOM, R_EN = RIGHT, RIGHT + WIDTH, RIGHT + 2 * WIDTH
F_RHO, F_MOM, F_EN = FLUX, FLUX + WIDTH, FLUX + 2 * WIDTH
U, C, KINETIC, B = 20 * WIDTH, 21 * WIDTH, 22 * WIDTH, 23 * WIDTH
CHI0, CHI1, CHI2, CHI3, CHI4, CHI5 = (
    24 * WIDTH, 25 * WIDTH, 26 * WIDTH, 27 * WIDTH, 28 * WIDTH, 29 * WIDTH,
)  # fmt: skip
V, ACROSS, AT_LEFT, AT_RIGHT = 30 * WIDTH, 31 * WIDTH, 32 * WIDTH, 33 * WIDTH
SUM_L, SUM_R, KL, KR = 34 * WIDTH, 35 * WIDTH, 36 * WIDTH, 37 * WIDTH
Q0, Q1, Q2, Q3, Q4, Q5 = 38 * WIDTH, 39 * WIDTH, 40 * WIDTH, 41 * WIDTH, 42 * WIDTH, 43 * WIDTH
SCRATCH = 44 * WIDTH


@njit(cache=True, error_model="numpy", nogil=True)
def load(w: Array, first: int, count: int, width: int, s: Array) -> None:
    """The cells of faces first … first + count into rows; up to `width` faces the last cell is repeated."""
    last = w.shape[0] - 1
    for k in range(w.shape[0]):
        cells, row = w[k, first:], s[_place(k, last) * WIDTH :]
        for i in range(count + 5):
            row[i] = cells[i]
        for i in range(count + 5, width + 5):
            row[i] = cells[count + 4]


@njit(cache=True, error_model="numpy", nogil=True)
def store(s: Array, first: int, count: int, f: Array) -> None:
    """The fluxes from rows."""
    last = f.shape[0] - 1
    for k in range(f.shape[0]):
        faces, row = f[k, first:], s[FLUX + _place(k, last) * WIDTH :]
        for i in range(count):
            faces[i] = row[i]


@njit(error_model="numpy", nogil=True, inline="always")
def _place(k: int, last: int) -> int:
    """The row of a line's field: energy, the last one, stands before the momenta across."""
    return k if k < 2 else 2 if k == last else k + 1
