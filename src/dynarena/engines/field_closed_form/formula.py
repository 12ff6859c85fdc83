"""A law with the formula of its solution, read from a file and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dynarena.engines.field_box import Box, field_names
from dynarena.engines.field_drawn import Drawn, read_drawn
from dynarena.equations.functions import FIELD, SPECIAL
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr, names_in
from dynarena.errors import EquationError, SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

TIME = "t"


@dataclass(frozen=True)
class Formula:
    """Fields `state`; of each the time derivative (`law`) and the solution, trees of axes, time, parameters, drawn.

    `steps` are named parts of the solution, each of those before it, and at last the fields.
    """

    state: tuple[str, ...]
    law: tuple[Expr, ...]
    steps: Mapping[str, Expr]
    drawn: Drawn


def read_formula(spec: SystemSpec, box: Box) -> Formula:
    """The formula of a file. Raises SchemaError, UnknownName or EquationError where it is incomplete or unreadable."""
    state, where = field_names(spec), spec.title
    drawn = read_drawn(spec)
    parts = [name for name in spec.solver if name not in state]
    _distinct([*state, *parts, *spec.parameters, *box.axes, TIME, *drawn.names, *sorted(FIELD | SPECIAL)], where)
    known = (*spec.parameters, *box.axes, TIME, *drawn.names)
    steps = _steps(spec, state, known)
    if len(spec.equations) != len(state):
        got = f"{len(spec.equations)} equations for {len(state)} fields"
        raise SchemaError("each field has one equation", where=where, expected="as many", got=got, fix="add the law")
    law = tuple(
        parse(text, (*state, *known, *parts), functions=FIELD, where=f"{where}, equation {number}")
        for number, text in enumerate(spec.equations, start=1)
    )
    read = frozenset().union(*(names_in(tree) for tree in (*law, *steps.values())))
    for name in parts:
        if name not in read:
            raise UnknownName.among("field", name, state, where=f"{where}, [solver]")
    return Formula(tuple(state), law, steps, drawn)


def _steps(spec: SystemSpec, state: list[str], known: tuple[str, ...]) -> dict[str, Expr]:
    """The trees of [solver]: named parts, each of those before it, and the fields."""
    where, steps = f"{spec.title}, [solver]", dict[str, Expr]()
    for name, text in spec.solver.items():
        if not isinstance(text, str | float):
            raise SchemaError("a solution is no expression", where=f"{where}, {name}", got=str(text), fix="write it")
        before = (*known, *(part for part in steps if part not in state))
        steps[name] = parse(str(text), before, functions=SPECIAL, where=f"{where}, {name}")
    for name in state:
        if name not in steps:
            expected = f'{name} = "an expression of {", ".join(known)}"'
            raise SchemaError("a field has no solution", where=where, expected=expected, got="none", fix="state it")
    return steps


def _distinct(names: list[str], where: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        expected = "distinct fields, parts, parameters, axes, t and drawn quantities"
        raise EquationError("a name has two meanings", where=where, expected=expected, got=", ".join(twice),
                            fix="rename one of them")  # fmt: skip
