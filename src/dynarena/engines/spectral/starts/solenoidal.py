"""Velocities without divergence, from any law of starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dynarena.engines.spectral.arrays import Reference
from dynarena.engines.spectral.grid import Grid, Operator
from dynarena.engines.spectral.starts.request import Real, Request
from dynarena.errors import SchemaError

VELOCITY = "velocity"
_COMPONENTS = ("u", "v", "w")


def check_velocity(how: str, state: list[str], where: str) -> list[str]:
    """The fields that the law itself draws. Raises SchemaError where there is no velocity to make."""
    expected = {"projected": ("u", "v"), "vorticity": ("u", "v")}.get(how)
    if expected is None or not set(expected) <= set(state) or (how == "vorticity" and "w" in state):
        raise SchemaError(
            "no velocity can be made from this start",
            where=where,
            expected='velocity = "projected" with fields u and v (and w), or "vorticity" with fields u and v alone',
            got=f"velocity = {how!r}, fields {', '.join(state)}",
            fix="rename the fields or leave velocity out",
        )
    others = [name for name in state if name not in _COMPONENTS]
    return ["vorticity", *others] if how == "vorticity" else state


def solenoidal(law: Callable[[Request], Real], request: Request) -> Real:
    """What a law draws with its velocity made free of divergence, [trajectory, field, *points].

    velocity = "projected": the law's own u and v (and w), less the gradient in them. velocity = "vorticity": the law
    draws the vorticity, of which u and v are the flow of zero mean.
    """
    how = str(request.options[VELOCITY])
    inner = check_velocity(how, request.state, "[start]")
    options = {key: value for key, value in request.options.items() if key != VELOCITY}
    drawn = law(replace(request, state=inner, options=options))
    fields = dict(zip(inner, np.moveaxis(drawn, 1, 0), strict=True))
    grid = Grid(request.grid.lengths, request.grid.points, 1)
    moving = [name for name in _COMPONENTS if name in request.state]
    if how == "vorticity":
        fields |= _flow(fields["vorticity"], grid)
    else:
        fields |= dict(zip(moving, _projected([fields[name] for name in moving], grid), strict=True))
    return np.stack([fields[name] for name in request.state], axis=1)


def _flow(vorticity: Real, grid: Grid) -> dict[str, Real]:
    """u = -d_y lap^-1 w, v = d_x lap^-1 w."""
    spectrum = _spectrum(vorticity, grid)
    return {"u": _applied([(-1.0, Operator((0, 1), -1), spectrum)], grid),
            "v": _applied([(1.0, Operator((1, 0), -1), spectrum)], grid)}  # fmt: skip


def _projected(components: list[Real], grid: Grid) -> list[Real]:
    """u_i - d_i lap^-1 d_j u_j."""
    spectra = [_spectrum(component, grid) for component in components]
    n = len(grid.points)
    along = [Operator(tuple(int(axis == other) for other in range(n))) for axis in range(n)]
    out = []
    for axis, component in enumerate(components):
        gradient = [(-1.0, along[axis].then(other).then(Operator((0,) * n, -1)), spectrum)
                    for other, spectrum in zip(along, spectra, strict=True)]  # fmt: skip
        out.append(component + _applied(gradient, grid))
    return out


def _spectrum(field: Real, grid: Grid) -> Real:
    spectrum = Reference().forward(np.ascontiguousarray(field), grid.kept)
    return np.asarray(spectrum)


def _applied(terms: list[tuple[float, Operator, Real]], grid: Grid) -> Real:
    arrays, total = Reference(), None
    for number, operator, spectrum in terms:
        symbol = grid.symbol(operator) * grid.mask() * (number / float(np.prod(grid.points)))
        part = arrays.product(arrays.multiplier(symbol), spectrum)
        total = part if total is None else total + part
    return np.asarray(arrays.inverse(total, grid.points))
