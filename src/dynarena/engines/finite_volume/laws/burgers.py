"""Burgers' equation: u_t + div(u^2/2 (1, 1, 1)) = viscosity lap u, by Godunov's flux."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.components import add_diffusion, both_sides
from dynarena.engines.finite_volume.law import Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    n = f.shape[1]
    left, right = s[:n], s[n : 2 * n]
    both_sides(w[0], method, left, right)
    for i in range(n):
        a, b = left[i] if left[i] > 0.0 else 0.0, right[i] if right[i] < 0.0 else 0.0
        f[0, i] = 0.5 * max(a * a, b * b)
    if p[0] > 0.0:
        add_diffusion(w[0], p[0] / p[1 + axis], f[0])


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    fast = np.abs(u).max()
    for axis in range(3):
        out[axis] = 0.0 if u.shape[1 + axis] == 1 else fast / p[1 + axis] + 2.0 * p[0] / (p[1 + axis] * p[1 + axis])
    out[3] = 0.0
    return bool(fast < np.inf)


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    pass


LAW = Law(
    about="Burgers' equation, inviscid or viscous",
    fields=lambda dims: ("u",),
    parameters={"viscosity": 0.0},
    scratch=lambda n: 2 * n + 2,
    line=_line, pace=_pace, local=_local,
)  # fmt: skip
