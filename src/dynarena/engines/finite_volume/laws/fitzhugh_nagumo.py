"""FitzHugh-Nagumo: u_t = diffusion_u lap u + u - u^3 - k - v, v_t = diffusion_v lap v + u - v.

Source: the form of Takamoto et al. (2022), PDEBench.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.components import add_diffusion
from dynarena.engines.finite_volume.diffusion import diffusive_pace
from dynarena.engines.finite_volume.law import Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    f[:] = 0.0
    for k in range(2):
        add_diffusion(w[k], p[k] / p[3 + axis], f[k])


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    finite = diffusive_pace(u, 4.0 / 3.0 * max(p[0], p[1]), p[3:], out)
    most = np.abs(u[0]).max()
    out[3] = 3.0 * most * most + 1.0
    return finite


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    state, slope = u.reshape(2, -1), rate.reshape(2, -1)
    for i in range(state.shape[1]):
        a, b = state[0, i], state[1, i]
        slope[0, i] += ((a - a * a * a) - p[2]) - b
        slope[1, i] += a - b


LAW = Law(
    about="FitzHugh-Nagumo reaction and diffusion", fields=lambda dims: ("u", "v"),
    parameters={"diffusion_u": None, "diffusion_v": None, "k": None}, line=_line, pace=_pace, local=_local,
)  # fmt: skip
