"""A gas that cools where it is neither hot nor cold: Euler's equations with E_t + … = -p/((gamma - 1) t_c) g(p/rho).

g(T) = exp(-(ln(T / peak_temperature) / width)^2 / 2) less its value at peak_temperature x contrast^(+-1), and 0 beyond:
two phases, a factor contrast^2 apart in temperature, are in equilibrium, and what mixes between them cools.

Source: in the form of Fielding et al. (2020), Astrophys. J. Lett. 894, L24, whose cooling peaks between the phases.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary_growth import exp, log
from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.gas import FLUXES, fields, gas_pace, positive, quantities, to_fields
from dynarena.engines.finite_volume.gas_rows import SCRATCH
from dynarena.engines.finite_volume.law import Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    out[3] = 1.0 / p[1]
    return gas_pace(u, p[0], p[5:], out)


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    last = u.shape[0] - 1
    state, slope = u.reshape(u.shape[0], -1), rate.reshape(u.shape[0], -1)
    reach = log(p[4]) / p[3]
    floor = exp(-0.5 * reach * reach)
    for i in range(state.shape[1]):
        square = 0.0
        for k in range(1, last):
            square += state[k, i] * state[k, i]
        heat = state[last, i] - 0.5 * square / state[0, i]
        away = log((p[0] - 1.0) * heat / (state[0, i] * p[2])) / p[3]
        if abs(away) < reach:
            slope[last, i] -= heat / p[1] * (exp(-0.5 * away * away) - floor)


LAW = Law(
    about="Euler equations of a gas that cools between two phases",
    fields=fields, quantities=quantities, to_fields=to_fields,
    parameters=dict.fromkeys(("gamma", "cooling_time", "peak_temperature", "width", "contrast")),
    vector="momentum", positive=positive, guarded=True, scratch=lambda n: SCRATCH, solvers=("hllc", "rusanov"),
    line=FLUXES, pace=_pace, local=_local,
)  # fmt: skip
