"""Quantities of a file: numbers, or expressions of numbers and of other parameters."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np

from dynarena.equations.evaluate import evaluate
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr, Number, names_in
from dynarena.errors import EquationError

Quantity = float | str


def constant(quantity: Quantity, parameters: Mapping[str, Quantity] | None = None, *, where: str = "") -> float:
    """The value of a number, or of an expression of numbers and parameters such as "8/3" or "2*pi/k".

    Parameters may refer to one another. Raises EquationError on a circle among them and on a value that is not finite.
    """
    given = dict(parameters or {})
    known: dict[str, float] = {}
    tree = quantity_tree(quantity, given, where=where)
    for name in order(given, names_in(tree), where=where):
        known[name] = _finite(
            quantity_tree(given[name], given, where=f"parameter {name!r}"), known, f"parameter {name!r}"
        )
    return _finite(tree, known, where or f"quantity {quantity!r}")


def constants(parameters: Mapping[str, Quantity], *, where: str = "") -> dict[str, float]:
    """The value of every parameter, in the order given."""
    return {name: constant(quantity, parameters, where=where) for name, quantity in parameters.items()}


def quantity_tree(quantity: Quantity, names: Collection[str], *, where: str = "") -> Expr:
    """The tree of a quantity; a number becomes its shortest decimals."""
    if isinstance(quantity, str):
        return parse(quantity, names, where=where)
    return parse(repr(float(quantity)), (), where=where)


def order(parameters: Mapping[str, Quantity], wanted: Collection[str] | None = None, *, where: str = "") -> list[str]:
    """The wanted parameters (default: all) and what they refer to, each after what it refers to.

    Raises EquationError where they refer to one another in a circle.
    """
    done: list[str] = []
    for name in parameters if wanted is None else sorted(wanted):
        _visit(name, parameters, done, (), where)
    return done


def _visit(name: str, parameters: Mapping[str, Quantity], done: list[str], path: tuple[str, ...], where: str) -> None:
    if name in done:
        return
    if name in path:
        circle = " -> ".join([*path[path.index(name) :], name])
        fix = "state one of them by numbers alone"
        raise EquationError("parameters refer to one another in a circle", where=where or None, got=circle, fix=fix)
    needed = names_in(quantity_tree(parameters[name], parameters, where=f"parameter {name!r}"))
    for other in sorted(needed):
        _visit(other, parameters, done, (*path, name), where)
    done.append(name)


def _finite(tree: Expr, known: Mapping[str, float], where: str) -> float:
    if isinstance(tree, Number):
        return float(tree.text)
    with np.errstate(all="ignore"):
        value = float(evaluate(tree, known))
    if not math.isfinite(value):
        raise EquationError("the value is not finite", where=where, expected="a finite number", got=str(value),
                            fix="check divisions, logarithms and square roots")  # fmt: skip
    return value
