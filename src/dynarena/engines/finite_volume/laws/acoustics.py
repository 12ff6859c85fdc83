"""Linear acoustics in a medium whose density and bulk modulus vary from cell to cell.

p_t + K div v = 0, rho v_t + grad p = 0. Fluxes are the pressure and normal velocity that the Riemann problem of two
media has at a face, so waves are reflected and transmitted by the impedances sqrt(K rho) on both sides. The sums of
p/K and rho v are conserved exactly.

Source: LeVeque (2002), Finite Volume Methods for Hyperbolic Problems, section 9.9.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.components import both_sides
from dynarena.engines.finite_volume.law import AXES, Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    n, last = f.shape[1], w.shape[0] - 1
    pl, pr, vl, vr = s[:n], s[n : 2 * n], s[2 * n : 3 * n], s[3 * n : 4 * n]
    both_sides(w[0], method, pl, pr)
    both_sides(w[1], method, vl, vr)
    f[2:] = 0.0
    for i in range(n):
        zl, zr = np.sqrt(w[last, i + 2] * w[last - 1, i + 2]), np.sqrt(w[last, i + 3] * w[last - 1, i + 3])
        share = 1.0 / (zl + zr)
        f[0, i] = ((zl * vl[i] + zr * vr[i]) + (pl[i] - pr[i])) * share
        f[1, i] = ((zr * pl[i] + zl * pr[i]) + (zl * zr) * (vl[i] - vr[i])) * share


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    last = u.shape[0] - 1
    state = u.reshape(u.shape[0], -1)
    fast = 0.0
    for i in range(state.shape[1]):
        if not (state[last, i] > 0.0 and state[last - 1, i] > 0.0 and np.isfinite(state[0, i])):
            return False
        fast = max(fast, state[last, i] / state[last - 1, i])
    for axis in range(3):
        out[axis] = np.sqrt(fast) / p[axis] if axis < last - 2 else 0.0
    out[3] = 0.0
    return bool(fast < np.inf)


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    last = u.shape[0] - 1
    rate[0] *= u[last]
    for k in range(1, last - 1):
        rate[k] /= u[last - 1]
    rate[last - 1 :] = 0.0


LAW = Law(
    about="linear acoustics in a varying medium",
    fields=lambda dims: ("pressure", *(f"velocity_{axis}" for axis in AXES[:dims]), "density", "bulk_modulus"),
    vector="velocity", static=("density", "bulk_modulus"),
    positive=lambda state, parameters: {name: state[name] for name in ("density", "bulk_modulus")},
    scratch=lambda n: 4 * n + 4, line=_line, pace=_pace, local=_local,
)  # fmt: skip
