"""Implicit Runge-Kutta steps of the family Radau IIA: L-stable, with s stages of order 2s - 1.

The stage increments Z solve Z = h (A x I) F(y + Z) by the simplified Newton method with the exact Jacobian at the
beginning of the step, decoupled by the eigenvectors of A^-1 into one real and (s - 1)/2 complex systems of the state's
dimension, and iterated until rounding stops it.

Source: Hairer and Wanner (1996), Solving Ordinary Differential Equations II, section IV.8.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.lanes import wrap
from dynarena.engines.radau_coefficients import Tableau

Array = NDArray[np.float64]
Places = NDArray[np.int64]
Complex = NDArray[np.complex128]
RightHandSide = Callable[[Array, Array, Array], None]

ITERATIONS = 60  # of Newton's method, unless it contracts by less than 0.9 before
DEEPEST = 40  # halvings of a step
SMALL = 1e-3  # of the largest component: sizes below count as this

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _factor(matrix: Complex, pivots: Places) -> None:
    """LU decomposition in place, with row exchanges."""
    d = matrix.shape[0]
    for k in range(d):
        best, largest = k, -1.0
        for i in range(k, d):
            size = abs(matrix[i, k].real) + abs(matrix[i, k].imag)
            if size > largest:
                best, largest = i, size
        pivots[k] = best
        if best != k:
            for j in range(d):
                matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
        for i in range(k + 1, d):
            matrix[i, k] /= matrix[k, k]
            for j in range(k + 1, d):
                matrix[i, j] -= matrix[i, k] * matrix[k, j]


@_jit
def _solve(matrix: Complex, pivots: Places, b: Complex) -> None:
    """Replace b by the solution with a decomposed matrix."""
    d = b.shape[0]
    for k in range(d):
        other = pivots[k]
        if other != k:
            b[k], b[other] = b[other], b[k]
        for i in range(k + 1, d):
            b[i] -= matrix[i, k] * b[k]
    for k in range(d - 1, -1, -1):
        for j in range(k + 1, d):
            b[k] -= matrix[k, j] * b[j]
        b[k] /= matrix[k, k]


@_jit
def _decompose(jacobian: Array, h: float, poles: Complex, lu: Complex, pivots: Places) -> None:
    """lu[m] = the decomposition of poles[m]/h - J."""
    d = lu.shape[1]
    for m in range(poles.shape[0]):
        for i in range(d):
            for j in range(d):
                lu[m, i, j] = -jacobian[i * d + j]
            lu[m, i, i] += poles[m] / h
        _factor(lu[m], pivots[m])


@_jit
def _sizes(y: Array, z: Array, sizes: Array) -> None:
    """The largest |y| and |y + z| of each component, at least SMALL of the largest of all."""
    largest = 1e-300
    for c in range(y.shape[0]):
        sizes[c] = abs(y[c])
        for i in range(z.shape[0]):
            sizes[c] = max(sizes[c], abs(y[c] + z[i, c]))
        largest = max(largest, sizes[c])
    for c in range(y.shape[0]):
        sizes[c] = max(sizes[c], SMALL * largest)


@_jit
def _iterate(
    y: Array, slopes: Array, h: float, tableau: Tableau, lu: Complex, pivots: Places, z: Array, w: Complex, sizes: Array
) -> float:
    """One Newton correction of z, given the slopes at y + z: the largest change of a stage in units of sizes."""
    stages, d = z.shape
    for m in range(w.shape[0]):
        for c in range(d):
            w[m, c] = 0.0
    for i in range(stages):
        for c in range(d):
            defect = slopes[i, c]
            for j in range(stages):
                defect -= tableau.inverse[i, j] * z[j, c] / h
            for m in range(w.shape[0]):
                w[m, c] += tableau.left[m, i] * defect
    for m in range(w.shape[0]):
        _solve(lu[m], pivots[m], w[m])
    moved = np.zeros(d)
    for i in range(stages):
        for c in range(d):
            step = 0.0
            for m in range(w.shape[0]):
                step += tableau.right[i, m].real * w[m, c].real - tableau.right[i, m].imag * w[m, c].imag
            z[i, c] += step
            moved[c] = max(moved[c], abs(step)) if step == step else np.inf
    _sizes(y, z, sizes)
    change = 0.0
    for c in range(d):
        change = max(change, moved[c] / sizes[c]) if moved[c] < np.inf else np.inf
    return change


@_jit
def _newton(
    f: RightHandSide, y: Array, p: Array, h: float, tableau: Tableau, lu: Complex, pivots: Places,
    z: Array, slopes: Array, w: Complex, sizes: Array,
) -> bool:  # fmt: skip
    """Solve for the stage increments z from zero, to rounding; whether that succeeded."""
    stages, d = z.shape
    stage = np.empty(d)
    z[:] = 0.0
    before = np.inf
    for iteration in range(ITERATIONS):
        for i in range(stages):
            for c in range(d):
                stage[c] = y[c] + z[i, c]
            f(stage, p, slopes[i])
        change = _iterate(y, slopes, h, tableau, lu, pivots, z, w, sizes)
        if not change < np.inf:
            return False
        rate = change / before
        if change <= 1e-16 or (iteration > 0 and rate < 1.0 and change * rate < 1e-17 * (1.0 - rate)):
            return True
        if iteration > 0 and rate > 0.5 and change < 1e-9:  # rounding: no more to gain
            return True
        if iteration > 1 and rate > 0.9:
            return False
        before = change
    return False


@_jit
def _estimate(
    f: RightHandSide, y: Array, p: Array, h: float, tableau: Tableau, lu: Complex, pivots: Places,
    z: Array, first: Array, sizes: Array, tolerance: float,
) -> float:  # fmt: skip
    """The distance to the embedded formula of order s over the tolerance, filtered by (1 - h J / pole)^-1.

    Where that exceeds 1 the filter is applied once more, so that a stiff transient does not count.
    """
    stages, d = z.shape
    error, stage, slope = np.zeros(d, np.complex128), np.empty(d), first
    for _ in range(2):
        for c in range(d):
            total = slope[c]
            for i in range(stages):
                total += tableau.error[i] * z[i, c] * tableau.poles[0].real / h
            error[c] = total
        _solve(lu[0], pivots[0], error)
        largest = 0.0
        for c in range(d):
            largest = max(largest, abs(error[c].real) / (sizes[c] * tolerance)) if error[c] == error[c] else np.inf
        if not 1.0 < largest < np.inf:
            return largest
        slope = np.empty(d)
        for c in range(d):
            stage[c] = y[c] + error[c].real
        f(stage, p, slope)
    return largest


@_jit
def radau(
    f: RightHandSide, jacobian: RightHandSide, p: Array, h: float, substeps: int, tolerance: float, tableau: Tableau,
    turning: Places, out: Array, first: int, last: int,
) -> None:  # fmt: skip
    """Fill out [trajectory, time, component] from its first points on, for rows first to last.

    Between two points lie `substeps` steps of h, each halved as often as Newton's method or a local error above
    `tolerance` (in units of each component's size) demands. What happens between two points depends on the first alone.
    """
    stages, size = tableau.nodes.shape[0], out.shape[2]
    poles = tableau.poles.shape[0]
    y, sizes, slope, matrix = np.empty(size), np.empty(size), np.empty(size), np.empty(size * size)
    z, slopes = np.empty((stages, size)), np.empty((stages, size))
    lu, pivots = np.empty((poles, size, size), np.complex128), np.empty((poles, size), np.int64)
    w = np.empty((poles, size), np.complex128)
    factor = 2.0 ** (stages + 1)
    for row in range(first, last):
        y[:] = out[row, 0]
        for point in range(1, out.shape[1]):
            level, place, small = 0, 0, h
            fresh = True
            while place < (substeps << level):
                if fresh:
                    f(y, p[row], slope)
                    jacobian(y, p[row], matrix)
                _decompose(matrix, small, tableau.poles, lu, pivots)
                error = np.inf
                if _newton(f, y, p[row], small, tableau, lu, pivots, z, slopes, w, sizes):
                    error = _estimate(f, y, p[row], small, tableau, lu, pivots, z, slope, sizes, tolerance)
                fresh = error <= 1.0
                if fresh:
                    for c in range(size):
                        y[c] += z[stages - 1, c]
                    place += 1
                    while level > 0 and place % 2 == 0 and error * factor < 0.5:
                        level, place, small, error = level - 1, place // 2, 2.0 * small, error * factor
                    continue
                error = min(error, factor) if error == error else factor
                while error > 1.0 and level <= DEEPEST:
                    level, place, small, error = level + 1, place * 2, 0.5 * small, error / factor
                if level > DEEPEST:
                    y[:] = np.nan
                    break
            wrap(y, turning, 1)
            out[row, point] = y
