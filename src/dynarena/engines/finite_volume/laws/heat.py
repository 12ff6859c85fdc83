"""Heat conduction: u_t = diffusivity lap u, by fourth-order fluxes."""

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
    add_diffusion(w[0], p[0] / p[1 + axis], f[0])


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    return diffusive_pace(u, 4.0 / 3.0 * p[0], p[1:], out)


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    pass


LAW = Law(
    about="heat conduction", fields=lambda dims: ("u",), parameters={"diffusivity": None},
    line=_line, pace=_pace, local=_local,
)  # fmt: skip
