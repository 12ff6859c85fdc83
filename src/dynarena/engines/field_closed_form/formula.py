"""A law with the formula of its solution, read from a file and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dynarena.engines.field_box import Box, field_names
from dynarena.equations.functions import FIELD, SPECIAL
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr, names_in
from dynarena.errors import EquationError, SchemaError, UnknownName
from dynarena.schema.system import Quantity, SystemSpec

TIME = "t"


@dataclass(frozen=True)
class Formula:
    """Fields `state`; of each the time derivative (`law`) and the solution, trees of axes, time, parameters, drawn.

    `steps` are named parts of the solution, each of those before it, and at last the fields. `drawn` names what a
    trajectory draws, then what is derived from it by the trees of `options`; `replaced` has those that splits change.
    """

    state: tuple[str, ...]
    law: tuple[Expr, ...]
    steps: Mapping[str, Expr]
    drawn: tuple[str, ...]
    options: Mapping[str, Expr]
    replaced: Mapping[str, Mapping[str, Expr]]

    def derived(self, split: str) -> dict[str, Expr]:
        """The trees of the derived quantities in a split, each after what it refers to."""
        return {name: self.replaced.get(split, {}).get(name, tree) for name, tree in self.options.items()}


def read_formula(spec: SystemSpec, box: Box) -> Formula:
    """The formula of a file. Raises SchemaError, UnknownName or EquationError where it is incomplete or unreadable."""
    state, where = field_names(spec), spec.title
    drawn = (*spec.start.box, *spec.start.options)
    parts = [name for name in spec.solver if name not in state]
    _distinct([*state, *parts, *spec.parameters, *box.axes, TIME, *drawn, *sorted(FIELD | SPECIAL)], where)
    known = (*spec.parameters, *box.axes, TIME, *drawn)
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
    options = _derived(spec, spec.start.options, f"{where}, [start]")
    return Formula(tuple(state), law, steps, drawn, options, _replaced(spec))


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


def _replaced(spec: SystemSpec) -> dict[str, dict[str, Expr]]:
    found = {}
    for name, split in spec.splits.items():
        at = f"{spec.title}, [splits.{name}]"
        for kind, given, allowed in (
            ("parameter", split.parameters, spec.parameters),
            ("quantity", split.box, spec.start.box),
            ("quantity", split.options, spec.start.options),
        ):
            for key in given:
                if key not in allowed:
                    raise UnknownName.among(kind, key, allowed, where=at)
        trees = _derived(spec, spec.start.options | split.options, at)
        found[name] = {key: trees[key] for key in split.options}
    return found


def _derived(spec: SystemSpec, options: Mapping[str, Quantity | bool], where: str) -> dict[str, Expr]:
    """Each quantity by parameters, the box and the quantities before it."""
    trees: dict[str, Expr] = {}
    for name, quantity in options.items():
        text = quantity if isinstance(quantity, str) else repr(float(quantity))
        trees[name] = parse(
            text, (*spec.parameters, *spec.start.box, *trees), functions=SPECIAL, where=f"{where}, {name}"
        )
    return trees


def _distinct(names: list[str], where: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        expected = "distinct fields, parts, parameters, axes, t and drawn quantities"
        raise EquationError("a name has two meanings", where=where, expected=expected, got=", ".join(twice),
                            fix="rename one of them")  # fmt: skip
