"""Viscous stress of a compressible gas: second-order differences at faces."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume.lines import PERIODIC, REFLECTING

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@njit(cache=True, error_model="numpy", nogil=True)
def add_stress(u: Array, shear: float, bulk: float, cell: Array, ends: Codes, rate: Array) -> None:
    """Adds div s to the momenta of u [field, x, y, z] and div(v s) to its energy, conservatively."""
    dims = u.shape[0] - 2
    v = _velocities(u, ends)
    for axis in range(dims):
        step = (1 if axis == 0 else 0, 1 if axis == 1 else 0, 1 if axis == 2 else 0)
        for i in range(u.shape[1] + step[0]):
            for j in range(u.shape[2] + step[1]):
                for k in range(u.shape[3] + step[2]):
                    _face(v, axis, step, (i, j, k), shear, bulk, cell, rate)


@njit(cache=True, error_model="numpy", nogil=True)
def _face(v: Array, axis: int, step: tuple[int, int, int], at: tuple[int, int, int], shear: float, bulk: float,
          cell: Array, rate: Array) -> None:  # fmt: skip
    """The stress on the face below cell `at` along an axis, given to the cells on both sides."""
    dims = v.shape[0]
    i, j, k = at[0] + 1, at[1] + 1, at[2] + 1
    p, q, r = i - step[0], j - step[1], k - step[2]
    divergence = 0.0
    for other in range(dims):
        divergence += _slope(v, other, other, axis, i, j, k, p, q, r, cell)
    work = 0.0
    for other in range(dims):
        stress = shear * (
            _slope(v, other, axis, axis, i, j, k, p, q, r, cell) + _slope(v, axis, other, axis, i, j, k, p, q, r, cell)
        )
        if other == axis:
            stress += (bulk - 2.0 / 3.0 * shear) * divergence
        work += 0.5 * (v[other, i, j, k] + v[other, p, q, r]) * stress
        _give(rate, 1 + other, at, step, axis, stress / cell[axis])
    _give(rate, 1 + dims, at, step, axis, work / cell[axis])


@njit(cache=True, error_model="numpy", nogil=True)
def _give(
    rate: Array, field: int, at: tuple[int, int, int], step: tuple[int, int, int], axis: int, flux: float
) -> None:
    if at[axis] < rate.shape[1 + axis]:
        rate[field, at[0], at[1], at[2]] -= flux
    if at[axis] > 0:
        rate[field, at[0] - step[0], at[1] - step[1], at[2] - step[2]] += flux


@njit(cache=True, error_model="numpy", nogil=True)
def _slope(v: Array, field: int, along: int, axis: int, i: int, j: int, k: int, p: int, q: int, r: int,
           cell: Array) -> float:  # fmt: skip
    """d(velocity field)/d(along) at the face between cells (p, q, r) and (i, j, k)."""
    if along == axis:
        return float((v[field, i, j, k] - v[field, p, q, r]) / cell[axis])
    a, b, c = (1 if along == 0 else 0), (1 if along == 1 else 0), (1 if along == 2 else 0)
    here = v[field, i + a, j + b, k + c] - v[field, i - a, j - b, k - c]
    below = v[field, p + a, q + b, r + c] - v[field, p - a, q - b, r - c]
    return float(0.25 * (here + below) / cell[along])


@njit(cache=True, error_model="numpy", nogil=True)
def _velocities(u: Array, ends: Codes) -> Array:
    """Velocities [component, x, y, z] with one ghost cell at every end."""
    dims = u.shape[0] - 2
    n = (u.shape[1], u.shape[2], u.shape[3])
    v = np.zeros((dims, n[0] + 2, n[1] + 2, n[2] + 2))
    for f in range(dims):
        v[f, 1 : n[0] + 1, 1 : n[1] + 1, 1 : n[2] + 1] = u[1 + f] / u[0]
        for axis in range(dims):
            for end in range(2):
                code = ends[axis, end]
                outer = 0 if end == 0 else n[axis] + 1
                inner = 1 if end == 0 else n[axis]
                if code == PERIODIC:
                    inner = n[axis] if end == 0 else 1
                sign = -1.0 if code == REFLECTING and f == axis else 1.0
                if axis == 0:
                    v[f, outer] = sign * v[f, inner]
                elif axis == 1:
                    v[f, :, outer] = sign * v[f, :, inner]
                else:
                    v[f, :, :, outer] = sign * v[f, :, :, inner]
    return v
