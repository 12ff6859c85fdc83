"""Loops over trajectories and points: compiled once for all systems, which come as function pointers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.dop853 import runge_kutta
from dynarena.engines.extrapolation import extrapolation
from dynarena.engines.parallel import share

Array = NDArray[np.float64]
RightHandSide = Callable[[Array, Array, Array], None]

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _iteration(f: RightHandSide, p: Array, h: float, substeps: int, out: Array, first: int, last: int) -> None:
    size = out.shape[2]
    y, after = np.empty(size), np.empty(size)
    for row in range(first, last):
        y[:] = out[row, 0]
        for point in range(1, out.shape[1]):
            for _ in range(substeps):
                f(y, p[row], after)
                y[:] = after
            out[row, point] = y


@_jit
def _apply(f: RightHandSide, y: Array, p: Array, out: Array) -> None:
    for row in range(y.shape[0]):
        f(y[row], p[row], out[row])


METHODS: dict[str, Any] = {"runge_kutta": runge_kutta, "extrapolation": extrapolation, "iteration": _iteration}


def trajectories(
    method: str, f: RightHandSide, starts: Array, p: Array, h: float, substeps: int, n_points: int
) -> Array:
    """Trajectories [trajectory, time, component] from starts [trajectory, component] and parameters [trajectory, name].

    `method` is runge_kutta (order 8), extrapolation (order 10) or iteration (of a map; h is not used); `substeps` lie
    between two points, and the first point is the start.
    """
    out = np.empty((starts.shape[0], n_points, starts.shape[1]))
    if n_points == 0:
        return out
    out[:, 0] = starts
    share(lambda first, last: METHODS[method](f, p, h, substeps, out, first, last), starts.shape[0])
    return out


def apply(f: RightHandSide, y: Array, p: Array, width: int) -> Array:
    """f at each row of y [row, component] and p [row, name]: [row, width]."""
    out = np.empty((y.shape[0], width))
    _apply(f, y, p, out)
    return out
