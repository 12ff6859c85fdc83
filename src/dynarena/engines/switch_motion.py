"""How a piecewise smooth field moves a state: within a piece, or sliding on surfaces that attract from both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array, Array, Array], None]

NUDGE = 2.0**-17  # for central differences

_jit = njit(cache=True, error_model="numpy", nogil=True)


class Piece(NamedTuple):
    """A field of d components with n surfaces, and where a state stands among them.

    Of the compiled functions (y, q, out), `field` writes y' [d], `slopes` its Jacobian [d*d], `surfaces` the surfaces'
    functions [n] and `normals` their gradients [n*d]. Their numbers q are the parameters and the `modes`, 1 or -1 for
    each surface; `slides` is 1 for each surface on which the state slides, else 0.
    """

    field: Function
    slopes: Function
    surfaces: Function
    normals: Function
    q: Array
    modes: Array
    slides: Array
    dimension: int


@_jit
def piece_of(
    field: Function, slopes: Function, surfaces: Function, normals: Function, parameters: int, n: int, d: int
) -> Piece:
    """A piece whose parameters are still to be set."""
    q = np.zeros(parameters + n)
    return Piece(field, slopes, surfaces, normals, q, q[parameters:], np.zeros(n), d)


@_jit
def sliding(piece: Piece) -> bool:
    """Whether the state slides on any surface."""
    count = 0.0
    for k in range(piece.slides.shape[0]):
        count += piece.slides[k]
    return count > 0.0


@_jit
def motion(y: Array, piece: Piece, out: Array) -> None:
    """y' of the piece that the modes select, or of the sliding motion."""
    if sliding(piece):
        filippov(y, piece, out)
    else:
        piece.field(y, piece.q, out)


@_jit
def filippov(y: Array, piece: Piece, out: Array) -> Array:
    """The motion that stays on the surfaces that slide; returns the weight (of -1 to 1) of each surface's mode in it.

    On one surface with the fields f+ and f- it is Filippov's convex combination; on several, the combination that is
    linear in the weights.

    Source: Filippov (1988), Differential Equations with Discontinuous Righthand Sides, section 4.
    """
    d, n, modes = y.shape[0], piece.modes.shape[0], piece.modes
    weights, places = modes.copy(), np.flatnonzero(piece.slides)
    r = places.shape[0]
    gradients, steps, other = np.empty(n * d), np.empty((r, d)), np.empty(d)
    piece.normals(y, piece.q, gradients)
    modes[places] = 1.0
    piece.field(y, piece.q, out)
    for j in range(r):
        modes[places[j]] = -1.0
        piece.field(y, piece.q, other)
        modes[places[j]] = 1.0
        for c in range(d):
            steps[j, c] = 0.5 * (out[c] - other[c])
    modes[:] = weights
    matrix, down = np.zeros((r, r)), np.zeros(r)
    for i in range(r):
        for c in range(d):
            slope = gradients[places[i] * d + c]
            down[i] += slope * out[c]
            for j in range(r):
                matrix[i, j] += slope * steps[j, c]
    _eliminate(matrix, down)
    for j in range(r):
        weights[places[j]] = 1.0 - down[j]
        for c in range(d):
            out[c] -= down[j] * steps[j, c]
    return weights


@_jit
def _eliminate(matrix: Array, b: Array) -> None:
    """Replace b by the solution of matrix x = b; the matrix is spoilt."""
    r = b.shape[0]
    for k in range(r):
        best = k
        for i in range(k + 1, r):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        for j in range(r):
            matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
        b[k], b[best] = b[best], b[k]
        for i in range(k + 1, r):
            ratio = matrix[i, k] / matrix[k, k]
            for j in range(k, r):
                matrix[i, j] -= ratio * matrix[k, j]
            b[i] -= ratio * b[k]
    for k in range(r - 1, -1, -1):
        for j in range(k + 1, r):
            b[k] -= matrix[k, j] * b[j]
        b[k] /= matrix[k, k]


@_jit
def tangents(y: Array, piece: Piece, out: Array) -> None:
    """Of a state, a matrix V of its tangent vectors, row by row, and a volume's logarithm: y', J V and the trace of J.

    J is exact where nothing slides, and a central difference of the sliding motion where something does.
    """
    d = piece.dimension
    state, jacobian = y[:d], np.empty(d * d)
    motion(state, piece, out[:d])
    if sliding(piece):
        _differences(state, piece, jacobian)
    else:
        piece.slopes(state, piece.q, jacobian)
    trace = 0.0
    for i in range(d):
        trace += jacobian[i * d + i]
        for c in range(d):
            total = 0.0
            for j in range(d):
                total += jacobian[i * d + j] * y[d + j * d + c]
            out[d + i * d + c] = total
    out[d + d * d] = trace


@_jit
def _differences(y: Array, piece: Piece, jacobian: Array) -> None:
    d = y.shape[0]
    above, below, moved = np.empty(d), np.empty(d), y.copy()
    for c in range(d):
        size = NUDGE * max(1.0, abs(y[c]))
        moved[c] = y[c] + size
        motion(moved, piece, above)
        moved[c] = y[c] - size
        motion(moved, piece, below)
        moved[c] = y[c]
        for i in range(d):
            jacobian[i * d + c] = (above[i] - below[i]) / (2.0 * size)
