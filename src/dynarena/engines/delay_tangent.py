"""How tangent histories grow along a history: the first Lyapunov exponents of equations with delays."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.delay_cells import DEGREE, POINTS, past_table, past_values
from dynarena.engines.delay_runge_kutta import runge_kutta_cell
from dynarena.engines.delay_tableau import PLACES, STAGES
from dynarena.engines.parallel import share
from dynarena.engines.tangent import Growth

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array, Array], None]

_jit = njit(error_model="numpy", nogil=True)  # not cached: a cache would not notice a change of the step it calls


def _quadrature() -> Array:
    """Weights of a cell's eight values in the integral over it, exact for its polynomials."""
    powers = np.arange(DEGREE + 1)
    return np.linalg.solve(POINTS[None, :] ** powers[:, None], 1.0 / (powers + 1.0))


def _norm_weights(n_cells: int) -> Array:
    """Weights [7 n_cells + 1] of the squared length of a history: its mean square, and the square of its present."""
    weights = np.zeros(DEGREE * n_cells + 1)
    for cell in range(n_cells):
        weights[DEGREE * cell : DEGREE * (cell + 1) + 1] += _quadrature() / n_cells
    weights[-1] += 1.0
    return weights


@_jit
def _orthonormalise(v: Array, weights: Array, logs: Array) -> None:
    """Gram and Schmidt's process on the rows of v [tangent, point], done twice; adds the log of each one's length."""
    for column in range(v.shape[0]):
        for _ in range(2):
            for earlier in range(column):
                overlap = 0.0
                for i in range(v.shape[1]):
                    overlap += weights[i] * v[earlier, i] * v[column, i]
                for i in range(v.shape[1]):
                    v[column, i] -= overlap * v[earlier, i]
        length = 0.0
        for i in range(v.shape[1]):
            length += weights[i] * v[column, i] * v[column, i]
        length = math.sqrt(length)
        logs[column] += math.log(length)
        for i in range(v.shape[1]):
            v[column, i] /= length


@_jit
def _orthonormalise_histories(history: Array, norm: Array, d: int, v: Array, logs: Array) -> None:
    """The same of the tangents that stand behind a history's d components; `v` is scratch."""
    m = v.shape[0]
    for i in range(history.shape[0]):
        for row in range(d):
            for c in range(m):
                v[c, i * d + row] = history[i, d + row * m + c]
    _orthonormalise(v, norm, logs)
    for i in range(history.shape[0]):
        for row in range(d):
            for c in range(m):
                history[i, d + row * m + c] = v[c, i * d + row]


@_jit
def _grow(
    f: RightHandSide, history: Array, p: Array, h: float, ages: Array, component: Integers, norm: Array, d: int,
    n_gaps: int, logs: Array,
) -> None:  # fmt: skip
    """Advance a history with its tangents by n_gaps of its own length, orthonormalising after each."""
    last, size = history.shape[0] - 1, history.shape[1]
    cells, weights = np.empty((ages.shape[0], STAGES), np.int64), np.empty((ages.shape[0], STAGES, 8))
    past_table(ages, PLACES, cells, weights)
    k, z, w = np.empty((STAGES, size)), np.empty(ages.shape[0]), np.empty(size)
    buffer, v = np.empty((2 * last + 1, size)), np.empty((logs.shape[0], norm.shape[0]))
    buffer[: last + 1] = history
    for _ in range(n_gaps):
        past_values(buffer, last // 7, 0, component, cells, weights, z)
        f(buffer[last], z, p, k[0])
        for cell in range(last // 7, 2 * last // 7):
            runge_kutta_cell(f, buffer, cell, p, h, component, cells, weights, k, z, w)
        buffer[: last + 1] = buffer[last:].copy()
        _orthonormalise_histories(buffer[: last + 1], norm, d, v, logs)
    history[:] = buffer[: last + 1]


@_jit
def _grow_rows(
    f: RightHandSide, histories: Array, p: Array, h: Array, ages: Array, component: Integers, norm: Array, d: int,
    n_gaps: int, logs: Array, first: int, last: int,
) -> None:  # fmt: skip
    for row in range(first, last):
        _grow(f, histories[row], p[row], h[row], ages[row], component, norm, d, n_gaps, logs[row])


class DelayGrowth(Growth):
    """Growth of the first tangent histories, orthonormalised after each longest delay.

    The length of a history is the root of its mean square plus the square of its present. Volumes have no law: nan.
    """

    def __init__(
        self, tangent: Any, start: Array, p: Array, h: Array, ages: Array, component: Integers, m: int
    ) -> None:
        n, memory, d = start.shape
        self._tangent, self._p, self._h, self._d = tangent, p, h, d
        n_cells = (memory - 1) // DEGREE
        self._histories = np.concatenate([start, np.broadcast_to(_waves(n_cells, d, m), (n, memory, d * m))], axis=2)
        self._ages = np.concatenate([ages, np.repeat(ages, m, axis=1)], axis=1)
        beside = [d + place * m + column for place in component for column in range(m)]
        self._component = np.concatenate([component, np.array(beside, dtype=np.int64)])
        self._norm = np.repeat(_norm_weights(n_cells), d)
        self._span, self._count = float(h[0]) * n_cells, m
        self.seconds = n * d * (1e-6 * (1 + m) + 3e-8 * m * m) / float(h[0])

    @property
    def states(self) -> Array:  # type: ignore[override]
        """The present states, [trajectory, component]."""
        return self._histories[:, -1, : self._d].copy()

    def grow(self, duration: float) -> tuple[Array, Array, float]:
        """Advance by whole longest delays; where these differ, growth counts as that over the first's duration."""
        n_gaps = math.ceil(duration / self._span * (1 - 1e-12))
        logs = np.zeros((len(self._p), self._count))
        share(lambda first, last: self._grow(n_gaps, logs, first, last), len(logs))
        return logs * (self._h[0] / self._h)[:, None], np.full(len(logs), np.nan), n_gaps * self._span

    def _grow(self, n_gaps: int, logs: Array, first: int, last: int) -> None:
        given = (self._p, self._h, self._ages, self._component, self._norm, self._d, n_gaps, logs)
        _grow_rows(self._tangent, self._histories, *given, first, last)


def _waves(n_cells: int, d: int, m: int) -> Array:
    """Independent tangent histories [memory, d*m], of unit size: waves, one component at a time."""
    times = np.concatenate([(np.arange(n_cells)[:, None] + POINTS[:-1]).ravel(), [n_cells]]) / n_cells
    waves = np.zeros((len(times), d, m))
    for column in range(m):
        waves[:, column % d, column] = np.cos(np.pi * (column // d) * times)
    return waves.reshape(len(times), d * m)
