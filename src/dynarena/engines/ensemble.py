"""Loops over trajectories and points: compiled once for all systems, which come as function pointers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.compiled import Lanes
from dynarena.engines.dop853 import runge_kutta
from dynarena.engines.extrapolation import extrapolation
from dynarena.engines.lanes import pack, share_blocks, unpack, wrap

Array = NDArray[np.float64]
Places = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array], None]

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _iteration(
    f: RightHandSide, p: Array, lanes: int, h: float, substeps: int, turning: Places, out: Array, first: int, last: int
) -> None:
    size = out.shape[2] * lanes
    y, after, q = np.empty(size), np.empty(size), np.empty(p.shape[1] * lanes)
    for row in range(first * lanes, min(last * lanes, out.shape[0]), lanes):
        pack(p, row, lanes, q)
        pack(out[:, 0], row, lanes, y)
        for point in range(1, out.shape[1]):
            for _ in range(substeps):
                f(y, q, after)
                y[:] = after
                wrap(y, turning, lanes)
            unpack(y, row, lanes, out[:, point])


@_jit
def _apply(f: RightHandSide, y: Array, p: Array, lanes: int, out: Array) -> None:
    rows, q = np.empty(y.shape[1] * lanes), np.empty(p.shape[1] * lanes)
    values = np.empty(out.shape[1] * lanes)
    for row in range(0, y.shape[0], lanes):
        pack(p, row, lanes, q)
        pack(y, row, lanes, rows)
        f(rows, q, values)
        unpack(values, row, lanes, out)


METHODS: dict[str, Any] = {"runge_kutta": runge_kutta, "extrapolation": extrapolation, "iteration": _iteration}


def trajectories(
    method: str,
    function: Lanes,
    starts: Array,
    p: Array,
    h: float,
    substeps: int,
    n_points: int,
    turning: Sequence[int] = (),
) -> Array:
    """Trajectories [trajectory, time, component] from starts [trajectory, component] and parameters [trajectory, name].

    `method` is runge_kutta (order 8), extrapolation (order 10) or iteration (of a map; h is not used); `substeps` lie
    between two points, and the first point is the start. Components in `turning` are kept in [0, 2 pi).
    """
    out = np.empty((starts.shape[0], n_points, starts.shape[1]))
    out[:, 0] = starts
    places = np.array(turning, dtype=np.int64)
    f, rows, lanes = function.f, function.rows(p), function.count

    def work(first: int, last: int) -> None:
        METHODS[method](f, rows, lanes, h, substeps, places, out, first, last)

    share_blocks(work, len(starts), lanes)
    return out


def apply(function: Lanes, y: Array, p: Array) -> Array:
    """The function at each row of y [row, component] and p [row, name]: [row, function.width]."""
    out = np.empty((y.shape[0], function.width))
    _apply(function.f, y, function.rows(p), function.count, out)
    return out
