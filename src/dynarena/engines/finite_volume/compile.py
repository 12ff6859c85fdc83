"""A file's law, box, boundaries and solver, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume.boundaries import given_keys, read_ends, read_given
from dynarena.engines.finite_volume.law import AXES, Law, find_law
from dynarena.engines.finite_volume.lines import GHOSTS
from dynarena.equations.constants import constant
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import Domain, SystemSpec

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

RECONSTRUCTIONS = ("weno5", "muscl")
MOST_CFL = 0.5
"""The largest CFL number, summed over axes: up to it the limited fluxes keep density and pressure positive."""


@dataclass(frozen=True)
class Setup:
    """What a run needs; `method` is the number of the reconstruction and of the Riemann solver."""

    spec: SystemSpec
    law: Law
    lengths: tuple[float, ...]
    points: tuple[int, ...]
    ends: Codes
    given: Array
    method: Codes
    cfl: float

    def cells(self) -> Array:
        """The length of a cell along each of three axes, 1 where there is none."""
        out = np.ones(3)
        out[: len(self.points)] = np.array(self.lengths) / np.array(self.points)
        return out

    def coordinates(self) -> dict[str, Array]:
        """The middle of each cell."""
        return {
            axis: (np.arange(n, dtype=np.float64) + 0.5) * np.float64(length / n)
            for axis, n, length in zip(AXES, self.points, self.lengths, strict=False)
        }

    def finer(self) -> Setup:
        """The same on twice the cells an axis."""
        return replace(self, points=tuple(2 * n for n in self.points))


def read_setup(spec: SystemSpec, resolution: int | None) -> Setup:
    """The setup of a file; `resolution` overrides the cells of the first axis, the others keep their ratio to it.

    Raises SchemaError or UnknownName where the file does not fit the engine.
    """
    domain = _domain(spec)
    dims = len(domain.points)
    law = find_law(str(spec.solver.get("law", "")), where=f"{spec.title}, [solver] law")
    _check_names(spec, law, dims)
    points = tuple(domain.points)
    if resolution is not None:
        points = tuple(max(1, round(resolution * n / points[0])) for n in domain.points)
    if min(points) < 2 * GHOSTS:
        raise _wrong("an axis has too few cells", f"{spec.title}, [domain]", f"{2 * GHOSTS} or more", str(list(points)))
    lengths = tuple(constant(length, spec.parameters, where=f"{spec.title}, [domain]") for length in domain.length)
    if min(lengths) <= 0:
        raise _wrong("a box must have a positive length", f"{spec.title}, [domain]", "positive lengths", str(lengths))
    ends = read_ends(domain, where=spec.title)
    _check_solver(spec, law, given_keys(law, ends, dims))
    values = {name: constant(value, spec.parameters) for name, value in spec.parameters.items()}
    given = read_given(spec, law, ends, {k: v for k, v in law.parameters.items() if v is not None} | values)
    return Setup(spec, law, lengths, points, ends, given, _method(spec, law), _cfl(spec))


def _domain(spec: SystemSpec) -> Domain:
    if spec.domain is None or not 1 <= len(spec.domain.points) <= len(AXES):
        raise _wrong("a field system needs a box", spec.title, "[domain] with length and points of 1 to 3 axes", "none")
    return spec.domain


def _check_names(spec: SystemSpec, law: Law, dims: int) -> None:
    if dims > law.most_axes:
        raise _wrong("too many axes", spec.title, f"at most {law.most_axes} for {law.about}", str(dims))
    if list(spec.state) != list(law.fields(dims)):
        raise _wrong("the state is not the law's", f"{spec.title}, state", str(list(law.fields(dims))), str(spec.state))
    missing = [name for name, value in law.parameters.items() if value is None and name not in spec.parameters]
    if missing:
        raise _wrong("the law lacks a parameter", f"{spec.title}, [parameters]", ", ".join(missing), "nothing")


def _check_solver(spec: SystemSpec, law: Law, given: list[str]) -> None:
    keys = ["law", "reconstruction", "riemann", "cfl", *given]
    for key in spec.solver:
        if key not in keys:
            raise UnknownName.among("key", key, keys, where=f"{spec.title}, [solver]")


def _method(spec: SystemSpec, law: Law) -> Codes:
    out = []
    for key, names in (("reconstruction", RECONSTRUCTIONS), ("riemann", law.solvers)):
        name = str(spec.solver.get(key, names[0]))
        if name not in names:
            raise UnknownName.among(key, name, names, where=f"{spec.title}, [solver]")
        out.append(names.index(name))
    return np.array(out, dtype=np.int64)


def _cfl(spec: SystemSpec) -> float:
    stated = spec.solver.get("cfl", 0.4)
    cfl = constant(float(stated) if isinstance(stated, bool) else stated, spec.parameters)
    if not 0.0 < cfl <= MOST_CFL:
        raise SchemaError("the CFL number is outside the stable range", where=f"{spec.title}, [solver] cfl",
                          expected=f"0 < cfl <= {MOST_CFL:g}", got=f"{cfl:g}", fix="lower it")  # fmt: skip
    return cfl


def _wrong(what: str, where: str, expected: str, got: str) -> SchemaError:
    return SchemaError(what, where=where, expected=expected, got=got, fix="correct the file")
