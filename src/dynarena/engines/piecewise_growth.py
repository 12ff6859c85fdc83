"""How tangent vectors grow along flows with kinks and jumps: saltation at every surface that is crossed.

Where the field jumps from f- to f+ on a surface with the gradient g, tangent vectors change by
S = 1 + (f+ - f-) g' / (g' f-), which is the unit matrix where only the field's slope jumps.

Source: Leine and Nijmeijer (2004), Dynamics and Bifurcations of Non-Smooth Mechanical Systems, section 7.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.lanes import wrap
from dynarena.engines.parallel import share
from dynarena.engines.piecewise import advance, settle
from dynarena.engines.switch_motion import Function, piece_of
from dynarena.engines.switching import work_for
from dynarena.engines.tangent import LONGEST_GAP, WELL_APART, Growth, orthonormalise, with_tangents

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@njit(cache=True, error_model="numpy", nogil=True)
def _grow(
    field: Function, slopes: Function, surfaces: Function, normals: Function, rows: Array, p: Array, n: int, h: float,
    gap: int, n_gaps: int, turning: Places, sums: Array, first: int, last: int,
) -> None:  # fmt: skip
    size, d, parameters = rows.shape[1], sums.shape[1], p.shape[1]
    piece = piece_of(field, slopes, surfaces, normals, parameters, n, d)
    whole, work, larger = np.empty(size), work_for(d, n), work_for(size, n)
    tangents = whole[d : d + d * d].reshape(d, d, 1)
    for row in range(first, last):
        piece.q[:parameters] = p[row]
        whole[:] = rows[row]
        settle(whole[:d], piece, work)
        for _ in range(n_gaps):
            for _ in range(gap):
                advance(whole, piece, h, work, larger, False)
                wrap(whole, turning, 1)
            orthonormalise(tangents, sums[row].reshape(d, 1))
        rows[row] = whole


class PiecewiseGrowth(Growth):
    """Growth under a piecewise smooth field of n surfaces, `code` as a `Piece` needs it, by steps of h."""

    def __init__(
        self, code: tuple[Any, Any, Any, Any], n: int, states: Array, p: Array, h: float, turning: Sequence[int]
    ) -> None:
        self._code, self._n, self._p, self._h = code, n, p, h
        self._turning = np.array(turning, dtype=np.int64)
        self._rows, self._gap = with_tangents(states), 1
        self.seconds = len(states) * (4e-6 + 2e-7 * self._rows.shape[1]) / h

    @property
    def states(self) -> Array:  # type: ignore[override]
        """The present states, [trajectory, component]."""
        return self._rows[:, : math.isqrt(self._rows.shape[1] - 1)].copy()

    def grow(self, duration: float) -> tuple[Array, Array, float]:
        """Between orthonormalisations lie as many steps, up to 10, as leave the vectors well apart.

        The volume's logarithm counts the determinants of the saltations. A direction that sliding removes counts in
        both as shrunk by 2^-26: such a flow has an exponent of minus infinity, and what is given is finite.
        """
        span = self._gap * self._h
        n_gaps = math.ceil(duration / span * (1 - 1e-12))
        self._rows[:, -1] = 0.0
        logs = np.zeros((len(self._rows), math.isqrt(self._rows.shape[1] - 1)))

        def work(first: int, last: int) -> None:
            rhythm = (self._h, self._gap, n_gaps)
            _grow(*self._code, self._rows, self._p, self._n, *rhythm, self._turning, logs, first, last)

        share(work, len(self._rows))
        apart = float(np.max(logs.max(axis=1) - logs.min(axis=1))) / (n_gaps * self._gap)
        if math.isfinite(apart):
            self._gap = int(min(LONGEST_GAP, max(1.0, WELL_APART // max(apart, 1e-12))))
        return logs, self._rows[:, -1].copy(), n_gaps * span
