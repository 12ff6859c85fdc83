"""Stefan's problem: u_t = div(k(u) grad u) with k = 1 where u >= threshold and 0 below, as lap max(u - threshold, 0).

A front between u = threshold and u = 0 moves as the flux behind it demands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.diffusion import diffusive_pace, potential_fluxes
from dynarena.engines.finite_volume.law import Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    for i in range(w.shape[1]):
        s[i] = w[0, i] - p[0] if w[0, i] > p[0] else 0.0
    potential_fluxes(s[: w.shape[1]], p[1 + axis], f[0])


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    return diffusive_pace(u, 1.0, p[1:], out)


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    pass


LAW = Law(
    about="Stefan's problem", fields=lambda dims: ("u",), parameters={"threshold": None},
    scratch=lambda n: n + 6, line=_line, pace=_pace, local=_local,
)  # fmt: skip
