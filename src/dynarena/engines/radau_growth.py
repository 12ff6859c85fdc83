"""How tangent vectors grow along stiff flows: explicit extrapolation whose steps are halved where fronts demand it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.compiled import Lanes
from dynarena.engines.parallel import share
from dynarena.engines.radau_explicit import halved_extrapolation
from dynarena.engines.tangent import LONGEST_GAP, WELL_APART, Growth, orthonormalise, with_tangents

Array = NDArray[np.float64]
Places = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array], None]

EVALUATIONS = 30 * 10  # of the right-hand side in one step: those of extrapolation, times the parts by rule of thumb


@njit(cache=True, error_model="numpy", nogil=True)
def _grow(
    f: RightHandSide, rows: Array, p: Array, h: float, tolerance: float, gap: int, n_gaps: int, turning: Places,
    sums: Array, first: int, last: int,
) -> None:  # fmt: skip
    d = sums.shape[1]
    out = np.empty((1, 2, rows.shape[1]))
    tangents = out[0, 1, d : d + d * d].reshape(d, d, 1)
    for row in range(first, last):
        out[0, 1] = rows[row]
        for _ in range(n_gaps):
            out[0, 0] = out[0, 1]
            halved_extrapolation(f, p[row : row + 1], h, gap, tolerance, turning, out, 0, 1)
            orthonormalise(tangents, sums[row].reshape(d, 1))
        rows[row] = out[0, 1]


class StiffGrowth(Growth):
    """Growth under a linearised right-hand side of one lane, by steps of h halved until they err less than `tolerance`.

    Explicit, for an implicit method damps fast modes more or less than they decay, which does a state no harm but its
    exponents.
    """

    def __init__(
        self, function: Lanes, states: Array, p: Array, h: float, tolerance: float, turning: Sequence[int]
    ) -> None:
        self._function, self._p, self._h, self._tolerance = function, function.rows(p), h, tolerance
        self._turning = np.array(turning, dtype=np.int64)
        self._rows, self._gap = with_tangents(states), 1
        self.seconds = len(states) / h * EVALUATIONS * 1e-9 * function.width

    @property
    def states(self) -> Array:  # type: ignore[override]
        """The present states, [trajectory, component]."""
        return self._rows[:, : math.isqrt(self._rows.shape[1] - 1)].copy()

    def grow(self, duration: float) -> tuple[Array, Array, float]:
        """Between orthonormalisations lie as many steps, up to 10, as leave the vectors well apart."""
        n_gaps = math.ceil(duration / (self._gap * self._h) * (1 - 1e-12))
        sums = np.zeros((len(self._rows), math.isqrt(self._rows.shape[1] - 1)))
        self._rows[:, -1] = 0.0

        def work(first: int, last: int) -> None:
            _grow(self._function.f, self._rows, self._p, self._h, self._tolerance, self._gap, n_gaps, self._turning,
                  sums, first, last)  # fmt: skip

        share(work, len(self._rows))
        span = n_gaps * self._gap * self._h
        apart = float(np.max(sums.max(axis=1) - sums.min(axis=1))) / (n_gaps * self._gap)
        if math.isfinite(apart):
            self._gap = int(min(LONGEST_GAP, max(1.0, WELL_APART // max(apart, 1e-12))))
        return sums, self._rows[:, -1].copy(), span
