"""The porous-medium equation u_t = div(u^m grad u) = lap(u^(m+1) / (m+1)) for u >= 0 and a real exponent m > 0.

Source: Vazquez (2007), The Porous Medium Equation; with this m as in Hansen et al. (2023), ProbConserv.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.elementary_growth import exp, log
from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.diffusion import diffusive_pace, potential_fluxes
from dynarena.engines.finite_volume.law import Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@njit(cache=True, error_model="numpy", nogil=True)
def _power(base: float, exponent: float) -> float:
    return exp(exponent * log(base)) if base > 0.0 else 0.0


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    for i in range(w.shape[1]):
        s[i] = _power(w[0, i], p[0] + 1.0) / (p[0] + 1.0)
    potential_fluxes(s[: w.shape[1]], p[1 + axis], f[0])


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    return diffusive_pace(u, _power(u.max(), p[0]), p[1:], out) and u.min() >= 0.0


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    pass


LAW = Law(
    about="the porous-medium equation", fields=lambda dims: ("u",), parameters={"m": None},
    nonnegative=("u",), scratch=lambda n: n + 6, line=_line, pace=_pace, local=_local,
)  # fmt: skip
