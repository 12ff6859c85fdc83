"""An ideal gas: names, states, speeds and fluxes along a line, shared by the laws of gases."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.finite_volume import signatures
from dynarena.engines.finite_volume.gas_fluxes import hllc, keep_positive, rusanov
from dynarena.engines.finite_volume.gas_guard import guard
from dynarena.engines.finite_volume.gas_muscl import primitive_muscl
from dynarena.engines.finite_volume.gas_rows import STRETCH, load, store
from dynarena.engines.finite_volume.gas_weno import characteristic_weno
from dynarena.engines.finite_volume.law import AXES, Values

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


def fields(dims: int) -> tuple[str, ...]:
    """The conserved fields."""
    return ("density", *(f"momentum_{axis}" for axis in AXES[:dims]), "energy")


def quantities(dims: int) -> tuple[str, ...]:
    """What a start states."""
    return ("density", *(f"velocity_{axis}" for axis in AXES[:dims]), "pressure")


def to_fields(given: Values, parameters: Values) -> dict[str, Any]:
    """Conserved fields of density, velocity and pressure."""
    velocities = {name: value for name, value in given.items() if name.startswith("velocity_")}
    momenta = {f"momentum{name[-2:]}": given["density"] * value for name, value in velocities.items()}
    energy = given["pressure"] / (parameters["gamma"] - 1.0)
    for name, value in velocities.items():
        energy = energy + 0.5 * value * momenta[f"momentum{name[-2:]}"]
    return {"density": given["density"], **momenta, "energy": energy}


def positive(state: Values, parameters: Values) -> dict[str, Array]:
    """Density and pressure of conserved fields."""
    square = sum(value * value for name, value in state.items() if name.startswith("momentum_"))
    pressure = (parameters["gamma"] - 1.0) * (state["energy"] - 0.5 * square / state["density"])
    return {"density": state["density"], "pressure": pressure}


@njit(cache=True, error_model="numpy", nogil=True)
def gas_line(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    """Fluxes of density, momentum along, momenta across and energy; p[0] is gamma."""
    across, n_faces = w.shape[0] - 3, w.shape[1] - 5
    stretches = (n_faces + STRETCH - 1) // STRETCH
    for part in range(stretches):
        first = n_faces * part // stretches
        count = n_faces * (part + 1) // stretches - first
        n = (count + 3) // 4 * 4
        load(w, first, count, n, s)
        if method[0] == 0:
            characteristic_weno(s, p[0], across, n)
        else:
            primitive_muscl(s, p[0], across, n)
        keep_positive(s, across, n)
        if method[1] == 0:
            hllc(s, p[0], across, n)
        else:
            rusanov(s, p[0], across, n)
        if mu > 0.0:
            guard(s, p[0], mu, across, n)
        store(s, first, count, f)


@signatures.line
def FLUXES(w: Array, p: Array, axis: int, method: Codes, mu: float, s: Array, f: Array) -> None:
    """`gas_line` for the integrator."""
    gas_line(w, p, axis, method, mu, s, f)


@njit(cache=True, error_model="numpy", nogil=True)
def gas_pace(u: Array, gamma: float, cell: Array, out: Array) -> bool:
    """max (|v_axis| + c) / cell in out[axis]; False where density or pressure is not positive and finite."""
    last = u.shape[0] - 1
    state = u.reshape(u.shape[0], -1)
    fast = np.zeros(3)
    for i in range(state.shape[1]):
        inverse = 1.0 / state[0, i]
        square = 0.0
        for k in range(1, last):
            square += state[k, i] * state[k, i]
        pressure = (gamma - 1.0) * (state[last, i] - 0.5 * square * inverse)
        if not (state[0, i] > 0.0 and pressure > 0.0 and state[last, i] < np.inf):
            return False
        sound = np.sqrt(gamma * pressure * inverse)
        for k in range(1, last):
            speed = abs(state[k, i]) * inverse + sound
            fast[k - 1] = speed if speed > fast[k - 1] else fast[k - 1]
    for axis in range(3):
        out[axis] = fast[axis] / cell[axis]
    return True
