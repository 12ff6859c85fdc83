"""Shallow water over a flat bottom: height h and momentum h v.

h_t + div(h v) = 0, (h v)_t + div(h v v) + grad(gravity h^2 / 2) = 0, by HLLC (Toro 2001, Shock-Capturing Methods for
Free-Surface Shallow Flows, chapter 10) with Einfeldt's wave speeds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.law import AXES, Law, Values
from dynarena.engines.finite_volume.water_states import characteristic_weno, primitive_muscl

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


def _fields(dims: int) -> tuple[str, ...]:
    return ("height", *(f"momentum_{axis}" for axis in AXES[:dims]))


def _quantities(dims: int) -> tuple[str, ...]:
    return ("height", *(f"velocity_{axis}" for axis in AXES[:dims]))


def _to_fields(given: Values, parameters: Values) -> dict[str, Any]:
    momenta = {f"momentum{k[-2:]}": given["height"] * v for k, v in given.items() if k.startswith("velocity_")}
    return {"height": given["height"], **momenta}


@signatures.line
def _line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    n, g, n_fields = f.shape[1], p[0], w.shape[0]
    sides = s[: 2 * n_fields * n].reshape(2, n_fields, n)
    if method[0] == 0:
        characteristic_weno(w, g, sides[0], sides[1])
    else:
        primitive_muscl(w, sides[0], sides[1])
    for i in range(n):
        for side in range(2):
            if not sides[side, 0, i] > 0.0:
                for k in range(n_fields):
                    sides[side, k, i] = w[k, i + 2 + side]
        hl, hr, ml, mr = sides[0, 0, i], sides[1, 0, i], sides[0, 1, i], sides[1, 1, i]
        ul, ur, cl, cr = ml / hl, mr / hr, np.sqrt(g * hl), np.sqrt(g * hr)
        root_l, root_r = np.sqrt(hl), np.sqrt(hr)
        mean, sound = (root_l * ul + root_r * ur) / (root_l + root_r), np.sqrt(0.5 * g * (hl + hr))
        low, high = min(ul - cl, mean - sound), max(ur + cr, mean + sound)
        pl, pr = 0.5 * g * hl * hl, 0.5 * g * hr * hr
        if method[1] == 1:
            low = -max(abs(ul) + cl, abs(ur) + cr)
            high = -low
        low, high = min(low, 0.0), max(high, 0.0)
        gap = 1.0 / (high - low)
        f[0, i] = gap * ((high * ml - low * mr) + (low * high) * (hr - hl))
        f[1, i] = gap * ((high * (ml * ul + pl) - low * (mr * ur + pr)) + (low * high) * (mr - ml))
        for k in range(2, n_fields):
            tl, tr = sides[0, k, i], sides[1, k, i]
            if method[1] == 0:
                f[k, i] = f[0, i] * (tl / hl if f[0, i] >= 0.0 else tr / hr)
            else:
                f[k, i] = gap * ((high * tl * ul - low * tr * ur) + (low * high) * (tr - tl))


@signatures.pace
def _pace(u: Array, p: Array, out: Array) -> bool:
    state = u.reshape(u.shape[0], -1)
    out[:] = 0.0
    for i in range(state.shape[1]):
        if not (state[0, i] > 0.0 and state[0, i] < np.inf):
            return False
        c = np.sqrt(p[0] * state[0, i])
        for k in range(1, u.shape[0]):
            out[k - 1] = max(out[k - 1], (abs(state[k, i]) / state[0, i] + c) / p[k])
    return bool(out.sum() < np.inf)


@signatures.local
def _local(u: Array, p: Array, ends: Codes, rate: Array) -> None:
    pass


LAW = Law(
    about="shallow water over a flat bottom",
    fields=_fields, quantities=_quantities, to_fields=_to_fields, most_axes=2,
    parameters={"gravity": None}, vector="momentum", positive=lambda state, parameters: {"height": state["height"]},
    solvers=("hllc", "rusanov"), scratch=lambda n: 6 * (n + 1), line=_line, pace=_pace, local=_local,
)  # fmt: skip
