"""What the integrator calls: machine code of a law by pointers of these types."""

from __future__ import annotations

from typing import Any

from numba import cfunc, float64, int64, types

_VECTOR, _MATRIX, _GRID = float64[::1], float64[:, ::1], float64[:, :, :, ::1]
_INTEGERS, _CODES = int64[::1], int64[:, ::1]


def line(function: Any) -> Any:
    """`(w, p, axis, method, mu, scratch, f)` writes the fluxes f [field, face] of a line of cells w [field, cell].

    Three ghost cells stand at either end of w; fields stand in the line's own order. p: the parameters in the law's
    order and three cell lengths; method: reconstruction and Riemann solver; a positive mu asks for fluxes that keep
    w -+ mu f admissible.
    """
    signature = types.void(_MATRIX, _VECTOR, int64, _INTEGERS, float64, _VECTOR, _MATRIX)
    return cfunc(signature, cache=True, error_model="numpy")(function)


def pace(function: Any) -> Any:
    """`(u, p, out)` -> whether u [field, x, y, z] is admissible.

    Writes the fastest rates an axis (speed / cell + 2 diffusivity / cell^2) in out[0:3] and of sources in out[3].
    """
    return cfunc(types.boolean(_GRID, _VECTOR, _VECTOR), cache=True, error_model="numpy")(function)


def local(function: Any) -> Any:
    """`(u, p, ends, rate)` completes the rate of change [field, x, y, z] after the fluxes: sources, factors, viscosity.

    `ends` [axis, end] are the codes of the boundaries.
    """
    return cfunc(types.void(_GRID, _VECTOR, _CODES, _GRID), cache=True, error_model="numpy")(function)
