"""Compressible Euler equations of an ideal gas in a potential that does not change: force -density grad potential.

E is kinetic and internal energy; the force's work is rho v.(-grad potential). The slope of the potential is central, of
order two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import gas, signatures
from dynarena.engines.finite_volume.gas_rows import SCRATCH
from dynarena.engines.finite_volume.law import Law, Values
from dynarena.engines.finite_volume.lines import PERIODIC

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


def _to_fields(given: Values, parameters: Values) -> dict[str, Any]:
    return gas.to_fields(given, parameters) | {"potential": given["potential"]}


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    last = w.shape[0] - 1
    gas.gas_line(w[:last], p, axis, method, mu, s, f[:last])
    f[last] = 0.0


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    out[3] = 0.0
    return gas.gas_pace(u[: u.shape[0] - 1], p[0], p[1:], out)


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    last = u.shape[0] - 1
    n = (u.shape[1], u.shape[2], u.shape[3])
    for axis in range(last - 2):
        step = (1 if axis == 0 else 0, 1 if axis == 1 else 0, 1 if axis == 2 else 0)
        for i in range(n[0]):
            for j in range(n[1]):
                for k in range(n[2]):
                    at = i if axis == 0 else j if axis == 1 else k
                    low, high = at - 1, at + 1
                    if low < 0:
                        low = n[axis] - 1 if ends[axis, 0] == PERIODIC else 0
                    if high == n[axis]:
                        high = 0 if ends[axis, 1] == PERIODIC else n[axis] - 1
                    above = u[last, high if step[0] else i, high if step[1] else j, high if step[2] else k]
                    below = u[last, low if step[0] else i, low if step[1] else j, low if step[2] else k]
                    pull = -(above - below) / (2.0 * p[1 + axis])
                    rate[1 + axis, i, j, k] += u[0, i, j, k] * pull
                    rate[last - 1, i, j, k] += u[1 + axis, i, j, k] * pull


LAW = Law(
    about="Euler equations of an ideal gas in a potential",
    fields=lambda dims: (*gas.fields(dims), "potential"),
    quantities=lambda dims: (*gas.quantities(dims), "potential"),
    to_fields=_to_fields, parameters={"gamma": None}, vector="momentum", static=("potential",),
    positive=gas.positive, guarded=True, scratch=lambda n: SCRATCH, solvers=("hllc", "rusanov"),
    line=_line, pace=_pace, local=_local,
)  # fmt: skip
