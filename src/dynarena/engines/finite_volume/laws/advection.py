"""Advection at constant velocity: u_t + velocity . grad u = 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.components import both_sides
from dynarena.engines.finite_volume.law import Law

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    n, speed = f.shape[1], p[axis]
    left, right = s[:n], s[n : 2 * n]
    both_sides(w[0], method, left, right)
    for i in range(n):
        f[0, i] = speed * (left[i] if speed > 0.0 else right[i])


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    for axis in range(3):
        out[axis] = abs(p[axis]) / p[3 + axis]
    out[3] = 0.0
    return bool(np.isfinite(u).all())


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    pass


LAW = Law(
    about="advection at constant velocity",
    fields=lambda dims: ("u",),
    parameters={"velocity_x": None, "velocity_y": 0.0, "velocity_z": 0.0},
    scratch=lambda n: 2 * n + 2,
    line=_line, pace=_pace, local=_local,
)  # fmt: skip
