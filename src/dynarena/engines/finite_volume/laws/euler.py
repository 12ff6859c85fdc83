"""Compressible Euler equations of an ideal gas, p = (gamma - 1)(E - rho |v|^2 / 2).

rho_t + div(rho v) = 0, (rho v)_t + div(rho v v) + grad p = rho gravity,
E_t + div((E + p) v) = rho v.gravity - (E - rho |v|^2 / 2) / cooling_time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.gas import FLUXES, fields, gas_pace, positive, quantities, to_fields
from dynarena.engines.finite_volume.gas_rows import SCRATCH
from dynarena.engines.finite_volume.law import Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

_PARAMETERS = {"gamma": None, "gravity_x": 0.0, "gravity_y": 0.0, "gravity_z": 0.0, "cooling_time": np.inf}


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    out[3] = 1.0 / p[4]
    return gas_pace(u, p[0], p[5:], out)


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    """Weight, its work, and cooling of the internal energy."""
    last = u.shape[0] - 1
    state, slope = u.reshape(u.shape[0], -1), rate.reshape(u.shape[0], -1)
    cooling = 1.0 / p[4]
    for axis in range(last - 1):
        if p[1 + axis] != 0.0:
            for i in range(state.shape[1]):
                slope[1 + axis, i] += p[1 + axis] * state[0, i]
                slope[last, i] += p[1 + axis] * state[1 + axis, i]
    if cooling > 0.0:
        for i in range(state.shape[1]):
            square = 0.0
            for k in range(1, last):
                square += state[k, i] * state[k, i]
            slope[last, i] -= cooling * (state[last, i] - 0.5 * square / state[0, i])


LAW = Law(
    about="Euler equations of an ideal gas", fields=fields, quantities=quantities, to_fields=to_fields,
    parameters=_PARAMETERS, vector="momentum", positive=positive, guarded=True, scratch=lambda n: SCRATCH,
    solvers=("hllc", "rusanov"), line=FLUXES, pace=_pace, local=_local,
)  # fmt: skip
