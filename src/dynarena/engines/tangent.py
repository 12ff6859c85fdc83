"""How tangent vectors grow along trajectories: the sums behind Lyapunov exponents."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.compiled import Lanes
from dynarena.engines.dop853 import dop853_step, work_arrays
from dynarena.engines.lanes import pack, share_blocks, unpack, wrap

Array = NDArray[np.float64]
Places = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array], None]

LONGEST_GAP, WELL_APART = 10, 10.0  # steps between orthonormalisations, and logarithms that vectors may grow apart

_jit = njit(error_model="numpy", nogil=True)  # not cached: a cache would not notice a change of the step it calls


@njit(cache=True, error_model="numpy", nogil=True)
def orthonormalise(v: Array, log_lengths: Array) -> None:
    """Gram and Schmidt's process on the columns of v [d, m, lane], done twice; adds the log of each column's length.

    `log_lengths` is [m, lane].
    """
    d, m, lanes = v.shape
    overlap = np.empty(lanes)
    for column in range(m):
        for _ in range(2):
            for earlier in range(column):
                overlap[:] = 0.0
                for i in range(d):
                    for lane in range(lanes):
                        overlap[lane] += v[i, earlier, lane] * v[i, column, lane]
                for i in range(d):
                    for lane in range(lanes):
                        v[i, column, lane] -= overlap[lane] * v[i, earlier, lane]
        overlap[:] = 0.0
        for i in range(d):
            for lane in range(lanes):
                overlap[lane] += v[i, column, lane] * v[i, column, lane]
        for lane in range(lanes):
            overlap[lane] = math.sqrt(overlap[lane])
            log_lengths[column, lane] += math.log(overlap[lane])
        for i in range(d):
            for lane in range(lanes):
                v[i, column, lane] /= overlap[lane]


@_jit
def _grow(
    f: RightHandSide, rows: Array, p: Array, lanes: int, h: float, gap: int, n_gaps: int, turning: Places, sums: Array,
    first: int, last: int,
) -> None:  # fmt: skip
    d, size = sums.shape[1], rows.shape[1] * lanes
    k, w, y, q = work_arrays(size), np.empty(size), np.empty(size), np.empty(p.shape[1] * lanes)
    tangents, logs = y[d * lanes : (d + d * d) * lanes].reshape(d, d, lanes), np.empty(d * lanes)
    for row in range(first * lanes, min(last * lanes, rows.shape[0]), lanes):
        pack(p, row, lanes, q)
        pack(rows, row, lanes, y)
        logs[:] = 0.0
        for _ in range(n_gaps):
            for _ in range(gap):
                if h > 0:
                    dop853_step(f, y, q, h, k, w)
                else:
                    f(y, q, w)
                    y[:] = w
                wrap(y, turning, lanes)
            orthonormalise(tangents, logs.reshape(d, lanes))
        unpack(y, row, lanes, rows)
        unpack(logs, row, lanes, sums)


def growth(function: Lanes, y: Array, p: Array, h: float, gap: int, n_gaps: int, turning: Sequence[int] = ()) -> Array:
    """Sums of log lengths, [trajectory, exponent], over n_gaps orthonormalisations that lie `gap` steps of h apart.

    y [trajectory, d + d*d + 1] holds states, tangent vectors and the integral of the divergence, and is advanced in
    place; h = 0 iterates a map.
    """
    sums = np.zeros((y.shape[0], math.isqrt(y.shape[1] - 1)))
    f, q, lanes, places = function.f, function.rows(p), function.count, np.array(turning, dtype=np.int64)

    def work(first: int, last: int) -> None:
        _grow(f, y, q, lanes, h, gap, n_gaps, places, sums, first, last)

    share_blocks(work, len(y), lanes)
    return sums


def with_tangents(states: Array) -> Array:
    """States [trajectory, component] followed by the unit matrix, row by row, and a zero."""
    n, d = states.shape
    return np.concatenate([states, np.tile(np.eye(d).ravel(), (n, 1)), np.zeros((n, 1))], axis=1)


class Growth(ABC):
    """Trajectories whose tangent vectors grow and are orthonormalised: what a Lyapunov spectrum is made from.

    `states` are the present states [trajectory, component], `seconds` the CPU time that a unit of time costs, by rule
    of thumb. Simulators give one by `growth(start, parameters)`.
    """

    states: Array
    seconds: float

    @abstractmethod
    def grow(self, duration: float) -> tuple[Array, Array, float]:
        """Advance by at least `duration`; the time that went by stands last.

        The logarithms of the tangent vectors' growth, [trajectory, exponent], and the logarithm of the volume's by the
        divergence along the way, [trajectory]; nan where no such law holds (delays).
        """


def _step_seconds(function: Lanes, h: float) -> float:
    """CPU seconds of one step of one trajectory, by rule of thumb: stages and orthonormalisation."""
    stages, d = (12 if h else 1), math.isqrt(function.width - 1)
    return 4e-8 + 8e-10 * function.width * stages + 4e-10 * 4 * d**3 / (LONGEST_GAP if h else 1)


class PointGrowth(Growth):
    """Growth under the equations of a point system; the step of a map is 0 and its unit of time one iteration."""

    def __init__(self, function: Lanes, states: Array, p: Array, h: float, turning: Sequence[int]) -> None:
        self._function, self._p, self._h, self._turning = function, p, h, turning
        self._rows = with_tangents(states)
        self._gap = 1
        self.seconds = len(states) * _step_seconds(function, h) / (h or 1.0)

    @property
    def states(self) -> Array:  # type: ignore[override]
        """The present states, [trajectory, component]."""
        return self._rows[:, : math.isqrt(self._rows.shape[1] - 1)].copy()

    def grow(self, duration: float) -> tuple[Array, Array, float]:
        """Between orthonormalisations lie as many steps, up to 10, as leave the vectors well apart."""
        span = self._gap * (self._h or 1.0)
        n_gaps = math.ceil(duration / span * (1 - 1e-12))
        self._rows[:, -1] = 0.0
        logs = growth(self._function, self._rows, self._p, self._h, self._gap, n_gaps, self._turning)
        apart = float(np.max(logs.max(axis=1) - logs.min(axis=1))) / (n_gaps * self._gap)
        if self._h and math.isfinite(apart):
            self._gap = int(min(LONGEST_GAP, max(1.0, WELL_APART // max(apart, 1e-12))))
        volume = self._rows[:, -1].copy() if self._h else np.full(len(logs), np.nan)
        return logs, volume, n_gaps * span
