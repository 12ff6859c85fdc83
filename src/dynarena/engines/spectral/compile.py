"""A file's equations, box and solver checked and turned into a plan and a grid."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dynarena.engines.spectral.grid import AXES, Grid
from dynarena.engines.spectral.plan import Plan, make_plan
from dynarena.engines.spectral.starts import check_law
from dynarena.engines.spectral.terms import OPERATORS, Expansion, Term
from dynarena.equations.constants import constant, constants
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import FIELD
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr, children, functions_in, names_in
from dynarena.errors import EquationError, SchemaError
from dynarena.schema.system import Domain, SystemSpec

_SOLVER = ("step", "exponent_points", "cutoff_share")


def compile_plan(spec: SystemSpec) -> Plan:
    """The plan of a file. Raises SchemaError or EquationError where the file does not fit the engine."""
    state, domain = _check(spec)
    axes = AXES[: len(domain.points)]
    names = [*state, *spec.parameters, *axes]
    expansion = Expansion(state, spec.parameters, len(axes))
    equations = []
    for number, text in enumerate(spec.equations, start=1):
        where = f"{spec.title}, equation {number}"
        tree = parse(text, names, functions=FIELD, where=where)
        _periodic(tree, spec, domain, where)
        terms = expansion.terms(tree, where)
        _finite(terms, spec, where)
        equations.append(terms)
    return make_plan(equations)


def make_grid(spec: SystemSpec, degree: int, resolution: int | None) -> Grid:
    """The box of a file; `resolution` overrides the points of the first axis, the others keep their ratio to it."""
    _, domain = _check(spec)
    points = domain.points
    if resolution is not None:
        points = [max(1, round(resolution * n / points[0])) for n in points]
    where = f"{spec.title}, [domain]"
    lengths = tuple(constant(length, spec.parameters, where=where) for length in domain.length)
    if min(lengths) <= 0:
        raise _wrong("a box must have a positive length", where, "positive lengths", str(list(lengths)))
    if min(points) < 8 or max(n % 2 for n in points):
        raise _wrong("an axis has too few points or an odd number", where, "an even number from 8 on", str(points))
    return Grid(lengths, tuple(points), degree)


def _check(spec: SystemSpec) -> tuple[list[str], Domain]:
    where = spec.title
    if isinstance(spec.state, str) or not spec.state:
        raise _wrong("a field system names its fields", where, 'state = ["u", …]', repr(spec.state))
    if spec.domain is None or not 1 <= len(spec.domain.points) <= len(AXES):
        raise _wrong("a field system needs a box", where, "[domain] with length and points of 1 to 3 axes", "none")
    taken = [*spec.state, *spec.parameters, *AXES[: len(spec.domain.points)], *FIELD]
    twice = sorted({name for name in taken if taken.count(name) > 1})
    if twice:
        raise _wrong("a name has two meanings", where, "distinct fields, parameters and coordinates", ", ".join(twice))
    if len(spec.equations) != len(spec.state):
        got = f"{len(spec.equations)} equations for {len(spec.state)} fields"
        raise _wrong("each field has one equation", where, "as many equations as fields", got)
    _check_solver(spec)
    for split in (None, *spec.splits.values()):
        options = {**spec.start.options, **({} if split is None else split.options)}
        box = {**spec.start.box, **({} if split is None else split.box)}
        known = [*spec.parameters, *AXES[: len(spec.domain.points)]]
        check_law(spec.start.law, options, box, spec.state, known, f"{where}, [start]")
    return spec.state, spec.domain


def _check_solver(spec: SystemSpec) -> None:
    where = f"{spec.title}, [solver]"
    unknown = sorted(set(spec.solver) - set(_SOLVER))
    if unknown:
        raise _wrong("an unknown key", where, ", ".join(_SOLVER), ", ".join(unknown))
    if "step" not in spec.solver or isinstance(spec.solver["step"], bool):
        raise _wrong("the time step is not stated", where, "step = a positive time", "none")
    step = constant(spec.solver["step"], spec.parameters, where=where)
    if not step > 0:
        raise _wrong("the time step is not positive", where, "step = a positive time", str(step))


def _periodic(tree: Expr, spec: SystemSpec, domain: Domain, where: str) -> None:
    """Refuses a function of position whose two ends differ."""
    axes = AXES[: len(domain.points)]
    values = constants(spec.parameters)
    lengths = [constant(length, spec.parameters) for length in domain.length]
    for part in _positional(tree, axes, {*values, *axes}):
        at = np.linspace(0.1, 0.9, 7)
        here = {axis: at * length for axis, length in zip(axes, lengths, strict=True)}
        base = np.broadcast_to(evaluate(part, {**values, **here}), at.shape)
        for axis, length in zip(axes, lengths, strict=True):
            there = evaluate(part, {**values, **here, axis: here[axis] + length})
            if not np.allclose(base, there, rtol=1e-9, atol=1e-9 * (1.0 + float(np.max(np.abs(base))))):
                raise EquationError(
                    f"a coefficient is not periodic along {axis}",
                    where=where,
                    expected=f"the same value at {axis} and {axis} + {length:g}",
                    got="a jump at the ends of the box",
                    fix=f"write it by sin and cos of multiples of 2*pi*{axis}/{length:g}",
                )


def _finite(terms: list[Term], spec: SystemSpec, where: str) -> None:
    """Refuses coefficients that overflow or divide by zero at the stated parameters."""
    values = constants(spec.parameters)
    with np.errstate(all="ignore"):
        sizes = [[_float(term.number), *(float(evaluate(c, values)) for c in term.constants)] for term in terms]
    if not np.isfinite([size for row in sizes for size in row]).all():
        raise EquationError(
            "a coefficient is not a finite number",
            where=where,
            expected="finite coefficients at the stated parameters",
            fix="check divisions and large powers",
        )


def _float(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def _positional(tree: Expr, axes: tuple[str, ...], known: set[str]) -> list[Expr]:
    """The largest parts that depend on position and on no field."""
    names = names_in(tree)
    if names <= known and OPERATORS.isdisjoint(functions_in(tree)):
        return [tree] if names & set(axes) else []
    return [part for child in children(tree) for part in _positional(child, axes, known)]


def _wrong(what: str, where: str, expected: str, got: str) -> SchemaError:
    return SchemaError(what, where=where, expected=expected, got=got, fix="correct the file")
