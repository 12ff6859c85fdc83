"""div(a grad u) + r(u) = 0 in equal cells: fluxes of second order through faces, Newton, a sparse direct solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from dynarena.engines.field_box import PERIODIC, Box
from dynarena.errors import DataError

Array = NDArray[np.float64]
Mean = Callable[[Array, Array], Array]

FIXED = "fixed"
ITERATIONS, ENOUGH = 30, 1e-10
BALANCED = 1e-6  # of the sources: what a direct solver may leave before its correction


def harmonic(a: Array, b: Array) -> Array:
    """The diffusivity of two cells in series: exact for a flux across a jump at their face."""
    return 2.0 * a * b / (a + b)


def arithmetic(a: Array, b: Array) -> Array:
    """The mean of two cells."""
    return 0.5 * (a + b)


def operator(box: Box, diffusivity: Sequence[Array], edges: Sequence[tuple[Array, Array]], mean: Mean
             ) -> tuple[sparse.csc_matrix, Array]:  # fmt: skip
    """The matrix A and vector b of div(a grad u) = A u + b, cells in the order of the arrays.

    `edges` has the values of u at the first and the last wall of each axis, shaped like the cells beside them.
    """
    shape = box.points
    place = np.arange(int(np.prod(shape))).reshape(shape)
    rows, columns, entries = [], [], []
    b = np.zeros(shape)
    for axis, (h, kind) in enumerate(zip(box.spacing, box.boundary, strict=True)):
        left = np.take(place, range(shape[axis] - 1), axis)
        right = np.take(place, range(1, shape[axis]), axis)
        if kind == PERIODIC:
            left = np.concatenate([left, np.take(place, [-1], axis)], axis)
            right = np.concatenate([right, np.take(place, [0], axis)], axis)
        one, other = left.ravel(), right.ravel()
        a = diffusivity[axis].ravel()
        flux = mean(a[one], a[other]) / (h * h)
        rows += [one, one, other, other]
        columns += [one, other, one, other]
        entries += [-flux, flux, flux, -flux]
        if kind == FIXED:
            for end, edge in zip((0, -1), edges[axis], strict=True):
                beside = np.take(place, end, axis).ravel()
                half = 2.0 * a[beside] / (h * h)
                rows.append(beside)
                columns.append(beside)
                entries.append(-half)
                b.ravel()[beside] += half * edge.ravel()
    n = place.size
    triplets = (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.coo_matrix(triplets, shape=(n, n)).tocsc(), b.ravel()


def solve(
    matrix: sparse.csc_matrix,
    b: Array,
    reaction: Callable[[Array], Array],
    slope: Callable[[Array], Array],
    where: str,
    *,
    linear: bool,
) -> Array:
    """u with A u + b + r(u) = 0, by Newton's method from 0; what is `linear` takes a solve and a correction.

    Raises DataError where it does not converge.
    """
    u, size = np.zeros(len(b)), np.inf
    factors = None
    for iteration in range(ITERATIONS):
        if factors is None or not linear:
            factors = _factors((matrix + sparse.diags(slope(u))).tocsc(), where)
        left: Array = matrix @ u + b + reaction(u)
        step: Array = factors.solve(-left)
        u = u + step
        size = float(np.max(np.abs(step)))
        if not np.isfinite(size) or (linear and iteration == 1):
            break
        if size <= ENOUGH * max(float(np.max(np.abs(u))), 1e-300):
            return u
    source = float(np.max(np.abs(b + reaction(np.zeros(len(b))))))
    if linear and np.isfinite(size) and float(np.max(np.abs(left))) <= BALANCED * source:
        return u
    raise DataError(
        "the solver finds no solution",
        where=where,
        expected=f"a last step below {ENOUGH:g} of the unknown",
        got=f"{size:.3g} after {iteration + 1} steps",
        fix="fix a wall, take a weaker reaction or a finer grid",
    )


def _factors(jacobian: sparse.csc_matrix, where: str) -> Any:
    try:
        return splu(jacobian)
    except RuntimeError as error:
        raise DataError(
            "the problem has no single solution", where=where, got=str(error), fix="fix a wall, or add a reaction"
        ) from error
