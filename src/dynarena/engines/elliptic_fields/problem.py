"""A static problem read from its file: diffusivities, what reacts, inputs, walls, and the exact solution if known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dynarena.engines.elliptic_fields.laws import OPTIONS, Law, make_law
from dynarena.engines.field_box import Box, field_names
from dynarena.engines.field_closed_form.formula import Formula
from dynarena.engines.field_drawn import Drawn, read_drawn
from dynarena.equations.constants import constant
from dynarena.equations.functions import FIELD, SPECIAL
from dynarena.equations.parse import parse
from dynarena.equations.tree import Binary, Call, Expr, Name, Negate, Number, functions_in, names_in
from dynarena.errors import EquationError, SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

RANDOM = "g"  # the law's random function, a name in the inputs' expressions
KEYS = ("edge", "finer")
_DERIVATIVES = ("dx", "dy", "dz")


@dataclass(frozen=True)
class Problem:
    """0 = sum_axis d_axis(diffusivity_axis d_axis u) + reaction(u), u = edge at fixed walls.

    The last field is the unknown; the others are inputs, by expressions of the axes, parameters, drawn quantities and
    the random function of `law`. `exact` is the unknown's formula where the file states it.
    """

    inputs: tuple[str, ...]
    unknown: str
    diffusivity: tuple[Expr, ...]
    reaction: Expr
    expressions: Mapping[str, Expr]
    edge: Expr
    finer: int
    exact: Formula | None
    drawn: Drawn
    law: Law | None


def read_problem(spec: SystemSpec, box: Box) -> Problem:
    """The problem of a file. Raises SchemaError, UnknownName or EquationError where it does not fit the engine."""
    *inputs, unknown = field_names(spec)
    law = _law(spec, box)
    drawn = read_drawn(spec, tuple(OPTIONS[spec.start.law]) if spec.start.law else ())
    known = (*spec.parameters, *box.axes, *drawn.names)
    source = (*known, *((RANDOM,) if law else ()))
    where = f"{spec.title}, [solver]"
    for key in spec.solver:
        if key not in (*inputs, unknown, *KEYS):
            raise UnknownName.among("key", key, [*inputs, unknown, *KEYS], where=where)
    expressions = {}
    for name in inputs:
        if name not in spec.solver:
            raise SchemaError("an input has no law", where=where, expected=f'{name} = "…"', got="none", fix="state it")
        expressions[name] = parse(str(spec.solver[name]), source, functions=SPECIAL, where=f"{where}, {name}")
    equation = _equation(spec, [*inputs, unknown], known)
    diffusivity, reaction = _terms(equation, unknown, box, f"{spec.title}, equation {len(inputs) + 1}")
    exact = None
    if unknown in spec.solver:
        steps = {**expressions, unknown: parse(str(spec.solver[unknown]), known, functions=SPECIAL, where=where)}
        exact = Formula((*inputs, unknown), (*[Number("0")] * len(inputs), equation), steps, drawn)
    edge = parse(str(spec.solver.get("edge", 0)), known, functions=SPECIAL, where=f"{where}, edge")
    return Problem(
        tuple(inputs), unknown, diffusivity, reaction, expressions, edge, _finer(spec, where), exact, drawn, law
    )


def _law(spec: SystemSpec, box: Box) -> Law | None:
    name = spec.start.law
    if name is None:
        return None
    if name not in OPTIONS:
        raise UnknownName.among("law of starts", name, OPTIONS, where=f"{spec.title}, [start]")
    options = {key: value for key, value in spec.start.options.items() if key in OPTIONS[name]}
    where = f"{spec.title}, [start]"
    return make_law(name, box.lengths, {
        key: constant(float(value) if isinstance(value, bool) else value, spec.parameters, where=where)
        for key, value in options.items()
    })  # fmt: skip


def _finer(spec: SystemSpec, where: str) -> int:
    finer = spec.solver.get("finer", 1)
    if isinstance(finer, str | bool) or finer not in (1, 3, 5, 7, 9):
        expected = "an odd number up to 9: then cells of both grids have common middles"
        raise SchemaError("the refinement does not fit", where=f"{where}, finer", expected=expected, got=str(finer))
    return int(finer)


def _equation(spec: SystemSpec, state: list[str], known: tuple[str, ...]) -> Expr:
    if len(spec.equations) != len(state):
        got = f"{len(spec.equations)} equations for {len(state)} fields"
        raise SchemaError("each field has one equation", where=spec.title, expected="as many", got=got, fix="add it")
    trees = [
        parse(text, (*state, *known), functions=FIELD, where=f"{spec.title}, equation {number}")
        for number, text in enumerate(spec.equations, start=1)
    ]
    for name, tree in zip(state[:-1], trees[:-1], strict=True):
        if tree != Number("0"):
            raise EquationError("an input changes", where=f"{spec.title}, equation of {name}", expected="0",
                                got="something else", fix="name the unknown last")  # fmt: skip
    return trees[-1]


def _terms(equation: Expr, unknown: str, box: Box, where: str) -> tuple[tuple[Expr, ...], Expr]:
    """The diffusivity along each axis and the rest of a relaxation law."""
    along: dict[str, list[Expr]] = {axis: [] for axis in box.axes}
    rest: list[Expr] = []
    for sign, term in _summands(equation, 1):
        if not functions_in(term) & {*_DERIVATIVES, "lap", "grad2", "bilap", "invlap"}:
            rest.append(term if sign > 0 else Negate(term))
            continue
        axes, factor = _flux(term, unknown, where)
        for axis in axes or box.axes:
            if axis not in along:
                raise EquationError("the box lacks this axis", where=where, got=axis, fix="remove the term")
            along[axis].append(factor if sign > 0 else Negate(factor))
    if not all(along.values()):
        raise EquationError("an axis has no diffusion", where=where, expected="lap(u) or dx(a*dx(u)) + …", got="none")
    return tuple(_total(parts) for parts in along.values()), _total(rest) if rest else Number("0")


def _flux(term: Expr, unknown: str, where: str) -> tuple[tuple[str, ...], Expr]:
    """The axes (none: all) and the diffusivity of d(a d(u)) or c lap(u)."""
    u = Name(unknown)
    match term:
        case Call("lap", (inner,)) if inner == u:
            return (), Number("1")
        case Binary("*", factor, Call("lap", (inner,))) if inner == u and not _varies(factor):
            return (), factor
        case Call(outer, (Call(inner, (field,)),)) if outer == inner and field == u and outer in _DERIVATIVES:
            return (outer[1],), Number("1")
        case Call(outer, (Binary("*", factor, Call(inner, (field,))),)) if (
            outer == inner and field == u and outer in _DERIVATIVES and unknown not in names_in(factor)
        ):
            return (outer[1],), factor
    raise EquationError(
        "a term is no diffusion",
        where=where,
        expected="dx(a*dx(u)), lap(u) or a constant times it",
        got="another derivative",
        fix="write the flux form, its factor free of the unknown",
    )


def _varies(factor: Expr) -> bool:
    return bool(names_in(factor) & {"x", "y", "z"}) or bool(functions_in(factor) & {*_DERIVATIVES, "lap"})


def _summands(expr: Expr, sign: int) -> list[tuple[int, Expr]]:
    match expr:
        case Binary("+", left, right):
            return _summands(left, sign) + _summands(right, sign)
        case Binary("-", left, right):
            return _summands(left, sign) + _summands(right, -sign)
        case Negate(operand):
            return _summands(operand, -sign)
    return [(sign, expr)]


def _total(parts: list[Expr]) -> Expr:
    total = parts[0]
    for part in parts[1:]:
        total = Binary("+", total, part)
    return total
