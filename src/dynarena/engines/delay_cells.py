"""Histories as polynomials: cells of equal length, in each a polynomial of degree 7 by its values at eight points.

A history of n cells is an array [7 n + 1, component]: the values at the Chebyshev points of each cell, from the oldest
to the present; neighbouring cells share the point between them. Positions are counted in cells.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.elementary import FUNCTIONS
from dynarena.equations.parse import PI

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

DEGREE = 7


def _points() -> Array:
    """(1 - cos(k pi/7))/2, exactly symmetric."""
    cos: Any = FUNCTIONS["cos"]
    half = np.array([0.5 * (1.0 - cos(k * float(PI) / DEGREE)) for k in range(4)])
    return np.concatenate([half, 1.0 - half[::-1]])


POINTS = _points()
"""The points of a cell, from 0 to 1."""

_SCALES = np.array([np.prod([POINTS[j] - POINTS[i] for i in range(DEGREE + 1) if i != j]) for j in range(DEGREE + 1)])

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def lagrange(place: float, weights: Array) -> None:
    """The weights of a cell's eight values in the polynomial's value at a place from 0 to 1."""
    for j in range(8):
        product = 1.0
        for i in range(8):
            if i != j:
                product *= place - POINTS[i]
        weights[j] = product / _SCALES[j]


@_jit
def locate(position: float) -> tuple[int, float]:
    """The cell and the place in it of a position; a boundary belongs to the cell before it."""
    below = math.floor(position)
    if position == below:
        return int(below) - 1, 1.0
    return int(below), position - below


@_jit
def evaluate(history: Array, cell: int, place: float, weights: Array, out: Array) -> None:
    """The history's value at a place of a cell; `weights` is scratch."""
    if cell < 0:
        cell, place = 0, 0.0
    lagrange(place, weights)
    for i in range(out.shape[0]):
        total = 0.0
        for j in range(8):
            total += weights[j] * history[7 * cell + j, i]
        out[i] = total


@_jit
def resample(history: Array, offset: int, end: float, length: float, out: Array) -> None:
    """Fill a history `out` of cells as long as `length` old ones, whose present is the old one's at position `end`.

    Position 0 stands at the beginning of the old history's cell `offset`.
    """
    weights = np.empty(8)
    n_cells = (out.shape[0] - 1) // 7
    for k in range(out.shape[0]):
        cell, place = locate(end - length * ((n_cells - k // 7) - POINTS[k % 7]))
        evaluate(history, cell + offset, place, weights, out[k])


@_jit
def past_table(ages: Array, places: Array, cells: Integers, weights: Array) -> None:
    """Where past values stand, seen from each place of the cell that is being computed.

    `ages` [past value] are delays in cells, at least one each. Past value k at place s is the polynomial of the cell
    that lies cells[k, s] (< 0) from the one being computed, with weights[k, s].
    """
    for k in range(ages.shape[0]):
        for s in range(places.shape[0]):
            position = places[s] - ages[k]
            below = math.floor(position)
            if position >= 0.0:
                below = -1
            cells[k, s] = int(below)
            lagrange(position - below, weights[k, s])


@_jit
def past_values(
    history: Array, cell: int, stage: int, component: Integers, cells: Integers, weights: Array, out: Array
) -> None:
    """The past values that stage `stage` of the cell with index `cell` reads."""
    for k in range(out.shape[0]):
        first = 7 * (cell + cells[k, stage])
        total = 0.0
        for j in range(8):
            total += weights[k, stage, j] * history[first + j, component[k]]
        out[k] = total


@_jit
def _refine(history: Array, factor: int, out: Array) -> None:
    for row in range(history.shape[0]):
        end = float((history.shape[1] - 1) // 7)
        resample(history[row], 0, end, 1.0 / factor, out[row])


def refined(histories: Array, factor: int) -> Array:
    """Histories [trajectory, memory, component] with each cell divided into `factor` equal ones: the same functions."""
    if factor == 1:
        return histories
    cells = (histories.shape[1] - 1) // 7
    out = np.empty((len(histories), 7 * cells * factor + 1, histories.shape[2]))
    _refine(histories, factor, out)
    return out
