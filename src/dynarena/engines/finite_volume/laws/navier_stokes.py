"""Compressible Navier-Stokes equations of an ideal gas without heat conduction, as PDEBench states them.

rho_t + div(rho v) = 0, (rho v)_t + div(rho v v) + grad p = div s, E_t + div((E + p) v) = div(v s) with the stress
s = shear_viscosity (grad v + grad v^T - 2/3 div v) + bulk_viscosity div v.

Source: Takamoto et al. (2022), PDEBench, equations of the compressible set.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.gas import FLUXES, fields, gas_pace, positive, quantities, to_fields
from dynarena.engines.finite_volume.gas_rows import SCRATCH
from dynarena.engines.finite_volume.law import Law
from dynarena.engines.finite_volume.stress import add_stress

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    admissible = gas_pace(u, p[0], p[3:], out)
    out[3] = 0.0
    if admissible:
        thinnest = u[0].min()
        for axis in range(u.shape[0] - 2):
            out[axis] += 2.0 * (4.0 / 3.0 * p[1] + p[2]) / (thinnest * p[3 + axis] * p[3 + axis])
    return admissible


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    if p[1] > 0.0 or p[2] > 0.0:
        add_stress(u, p[1], p[2], p[3:], ends, rate)


LAW = Law(
    about="compressible Navier-Stokes equations", fields=fields, quantities=quantities, to_fields=to_fields,
    parameters={"gamma": None, "shear_viscosity": None, "bulk_viscosity": None}, vector="momentum", positive=positive,
    guarded=True, scratch=lambda n: SCRATCH, solvers=("hllc", "rusanov"), line=FLUXES, pace=_pace, local=_local,
)  # fmt: skip
