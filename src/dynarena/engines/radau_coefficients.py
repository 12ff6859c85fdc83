"""Coefficients of Radau IIA methods, computed to 60 digits and rounded once.

Source: Hairer and Wanner (1996), Solving Ordinary Differential Equations II, IV.5 and IV.8; (1999), J. Comput. Appl.
Math. 111, 93.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

DIGITS = 60


class Tableau(NamedTuple):
    """s stages, s odd: nodes c, the inverse of A, and its spectral form A^-1 = sum_m right[:, m] pole[m] left[m].

    Of each pair of complex poles one is kept, with `right` doubled, so that the real part of the sum is meant; the
    first pole is real. `error` weighs the stages' increments in the embedded formula whose weight of the first slope
    is 1 / pole[0].
    """

    nodes: NDArray[np.float64]
    inverse: NDArray[np.float64]
    poles: NDArray[np.complex128]
    left: NDArray[np.complex128]
    right: NDArray[np.complex128]
    error: NDArray[np.float64]


@functools.cache
def radau_tableau(stages: int) -> Tableau:
    """The method of order 2*stages - 1."""
    import mpmath

    with mpmath.workdps(DIGITS):
        nodes = _nodes(mpmath, stages)
        a = _collocation(mpmath, nodes)
        inverse = a**-1
        poles, right = mpmath.eig(inverse)
        left = right**-1
        kept = sorted((k for k in range(stages) if poles[k].imag > -1e-9), key=lambda k: abs(poles[k].imag))
        twice = [1 if m == 0 else 2 for m in range(len(kept))]
        real = mpmath.mpc(poles[kept[0]]).real
        return Tableau(
            np.array([float(c) for c in nodes]),
            np.array(inverse.tolist(), dtype=np.float64),
            np.array([real, *(complex(poles[k]) for k in kept[1:])], dtype=np.complex128),
            np.array([[complex(left[k, i]) for i in range(stages)] for k in kept]),
            np.array([[complex(right[i, k]) * twice[m] for m, k in enumerate(kept)] for i in range(stages)]),
            _error_weights(mpmath, nodes, a, inverse, 1 / real),
        )


def _nodes(mpmath: Any, stages: int) -> list[Any]:
    """The zeros of d^(s-1)/dx^(s-1) [x^(s-1) (x - 1)^s], increasing; the last is 1."""
    terms = [(-1) ** k * mpmath.binomial(stages, k) for k in range(stages + 1)]
    powers = [2 * stages - 1 - k for k in range(stages + 1)]
    terms = [term * mpmath.ff(power, stages - 1) for term, power in zip(terms, powers, strict=True)]
    zeros = mpmath.polyroots(terms, maxsteps=500, extraprec=400)
    return [*sorted(mpmath.mpc(zero).real for zero in zeros)[:-1], mpmath.mpf(1)]


def _collocation(mpmath: Any, nodes: list[Any]) -> Any:
    """A with sum_j A[i, j] c[j]^(q-1) = c[i]^q / q for q = 1 … s."""
    s = len(nodes)
    moments = mpmath.matrix(s, s)
    integrals = mpmath.matrix(s, s)
    for i in range(s):
        for q in range(s):
            moments[i, q] = nodes[i] ** q
            integrals[i, q] = nodes[i] ** (q + 1) / (q + 1)
    return integrals * moments**-1


def _error_weights(mpmath: Any, nodes: list[Any], a: Any, inverse: Any, first: Any) -> NDArray[np.float64]:
    """(b^ - b) A^-1 of the formula of order s with nodes 0, c and weight `first` of the slope at 0."""
    s = len(nodes)
    conditions = mpmath.matrix(s, s)
    for q in range(s):
        for i in range(s):
            conditions[q, i] = nodes[i] ** q
    wanted = mpmath.matrix([1 / mpmath.mpf(q + 1) - (first if q == 0 else 0) for q in range(s)])
    embedded = mpmath.lu_solve(conditions, wanted)
    apart = mpmath.matrix([[embedded[i] - a[s - 1, i] for i in range(s)]])
    return np.asarray(np.array((apart * inverse).tolist(), dtype=np.float64)[0])
