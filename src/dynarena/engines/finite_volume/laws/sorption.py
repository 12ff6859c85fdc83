"""Diffusion of a solute that sorbs by Freundlich's law: u_t = diffusivity / R(u) lap u.

R = 1 + (1 - porosity)/porosity bulk_density freundlich_k freundlich_n u^(freundlich_n - 1) >= 1, which has no bound as
u falls to 0: there nothing moves.

Source: Nowak, Guthke (2016), Entropy 18, 409, as used by Takamoto et al. (2022), PDEBench.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary_growth import exp, log
from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.diffusion import diffusive_pace, potential_fluxes
from dynarena.engines.finite_volume.law import Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    for i in range(w.shape[1]):
        s[i] = p[0] * w[0, i]
    potential_fluxes(s[: w.shape[1]], p[5 + axis], f[0])


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    most = max(u.max(), 1e-300)
    slowest = 1.0 + (1.0 - p[1]) / p[1] * p[2] * p[3] * p[4] * exp((p[4] - 1.0) * log(most))
    return diffusive_pace(u, p[0] / (slowest if p[4] < 1.0 else 1.0), p[5:], out) and u.min() >= 0.0


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    state, slope = u.reshape(-1), rate.reshape(-1)
    factor = (1.0 - p[1]) / p[1] * p[2] * p[3] * p[4]
    for i in range(state.size):
        slope[i] = slope[i] / (1.0 + factor * exp((p[4] - 1.0) * log(state[i]))) if state[i] > 0.0 else 0.0


LAW = Law(
    about="diffusion with sorption", fields=lambda dims: ("u",),
    parameters=dict.fromkeys(("diffusivity", "porosity", "bulk_density", "freundlich_k", "freundlich_n")),
    nonnegative=("u",), scratch=lambda n: n + 6, line=_line, pace=_pace, local=_local,
)  # fmt: skip
