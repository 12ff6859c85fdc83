"""Lines of cells along an axis: gathered with ghost cells, and their fluxes' differences scattered."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

PERIODIC, REFLECTING, OUTFLOW, FIXED, VALUE = 0, 1, 2, 3, 4
GHOSTS = 3
TOGETHER = 8
"""Lines a block: neighbours in memory, so that lines across it are read by whole cache lines."""


@njit(cache=True, error_model="numpy", nogil=True)
def gather(u: Array, order: Codes, first: int, count: int, stride: int, n: int, block: Array) -> None:
    """Lines first … first + count of u [field, cells] into block [line, field, cell with ghosts], fields in `order`."""
    for k in range(order.shape[0]):
        row = u[order[k]]
        if stride == 1:
            for number in range(count):
                cells, line = row[(first + number) * n :], block[number, k, GHOSTS:]
                for i in range(n):
                    line[i] = cells[i]
        elif first // stride == (first + count - 1) // stride:
            column, lines = row[first // stride * stride * n + first % stride :], block[:, k, GHOSTS:]
            for i in range(n):
                for number in range(count):
                    lines[number, i] = column[i * stride + number]
        else:
            for number in range(count):
                column = row[(first + number) // stride * stride * n + (first + number) % stride :]
                for i in range(n):
                    block[number, k, i + GHOSTS] = column[i * stride]


@njit(cache=True, error_model="numpy", nogil=True)
def fill_ghosts(line: Array, n: int, low: int, high: int, normal: int, given: Array) -> None:
    """Three ghost cells at both ends of a line [field, cell with ghosts].

    Walls mirror the cells and turn field `normal` round. `given` [end, field] holds what stands beyond a fixed end, or
    what the outermost face has at an end of given value: there ghosts continue oddly.
    """
    for k in range(line.shape[0]):
        turned = -1.0 if k == normal else 1.0
        row = line[k]
        for g in range(GHOSTS):
            left, right = GHOSTS - 1 - g, GHOSTS + n + g
            if low == PERIODIC:
                row[left] = row[left + n]
            elif low == REFLECTING:
                row[left] = turned * row[GHOSTS + g]
            elif low == OUTFLOW:
                row[left] = row[GHOSTS]
            elif low == FIXED:
                row[left] = given[0, k]
            else:
                row[left] = 2.0 * given[0, k] - row[GHOSTS + g]
            if high == PERIODIC:
                row[right] = row[right - n]
            elif high == REFLECTING:
                row[right] = turned * row[GHOSTS + n - 1 - g]
            elif high == OUTFLOW:
                row[right] = row[GHOSTS + n - 1]
            elif high == FIXED:
                row[right] = given[1, k]
            else:
                row[right] = 2.0 * given[1, k] - row[GHOSTS + n - 1 - g]


@njit(cache=True, error_model="numpy", nogil=True)
def scatter(
    f: Array, order: Codes, first: int, count: int, stride: int, n: int, scale: float, fresh: bool, rate: Array
) -> None:
    """rate -= scale (f at the upper face - f at the lower face), for a block of fluxes [line, field, face]."""
    for k in range(order.shape[0]):
        row = rate[order[k]]
        if stride > 1 and first // stride == (first + count - 1) // stride:
            column, lines = row[first // stride * stride * n + first % stride :], f[:, k]
            for i in range(n):
                for number in range(count):
                    change = scale * (lines[number, i] - lines[number, i + 1])
                    column[i * stride + number] = change if fresh else column[i * stride + number] + change
        else:
            for number in range(count):
                place = (first + number) // stride * stride * n + (first + number) % stride
                column, low, high = row[place:], f[number, k], f[number, k, 1:]
                if stride == 1:
                    if fresh:
                        for i in range(n):
                            column[i] = scale * (low[i] - high[i])
                    else:
                        for i in range(n):
                            column[i] += scale * (low[i] - high[i])
                else:
                    for i in range(n):
                        change = scale * (low[i] - high[i])
                        column[i * stride] = change if fresh else column[i * stride] + change
