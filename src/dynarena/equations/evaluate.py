"""Values of expressions, elementwise over numbers, numpy arrays or torch tensors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from dynarena.equations.power import power
from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number, walk
from dynarena.errors import EquationError

_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
_SAME = ("sin", "cos", "tan", "exp", "log", "sqrt", "sinh", "cosh", "tanh", "abs", "sign")


def array_functions(module: ModuleType | Any = np) -> dict[str, Callable[..., Any]]:
    """The pointwise functions of numpy or torch by their names in the grammar.

    `min` and `max` compare from the left: `min(a, b)` is b where b < a, else a.
    """
    functions: dict[str, Callable[..., Any]] = {name: getattr(module, name) for name in _SAME}
    functions |= {name: getattr(module, theirs) for name, theirs in _NAMES.items()}

    def smallest(first: Any, *rest: Any) -> Any:
        for other in rest:
            first = module.where(other < first, other, first)
        return first

    def largest(first: Any, *rest: Any) -> Any:
        for other in rest:
            first = module.where(other > first, other, first)
        return first

    return functions | {"min": smallest, "max": largest, "where": module.where}


def evaluate(expr: Expr, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The value of an expression, computed in the order written, whole powers as products.

    `values` gives each name a number or an array; an indexed state has its neighbours along the last axis, periodic.
    `functions` adds to, or replaces, the pointwise functions (reductions, operators). Raises EquationError where a name
    or a function has no value.
    """
    module = _module_of(values)
    known = array_functions(module) | dict(functions or {})
    for part in walk(expr):
        if isinstance(part, Name | Index) and part.id not in values:
            raise EquationError(f"{part.id!r} has no value", expected="a value for each name", fix=f"give {part.id!r}")
        if isinstance(part, Call) and part.function not in known:
            raise EquationError(f"{part.function!r} cannot be evaluated here", got=part.function, fix="leave it out")
    return _value(expr, values, known, module)


def _module_of(values: Mapping[str, Any]) -> Any:
    torch = sys.modules.get("torch")
    if torch is not None and any(isinstance(value, torch.Tensor) for value in values.values()):
        return torch
    return np


def _value(expr: Expr, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]], module: Any) -> Any:
    def of(part: Expr) -> Any:
        return _value(part, values, functions, module)

    match expr:
        case Number(text):
            return float(text)
        case Name(id_):
            return values[id_]
        case Index(id_, offset):
            return module.roll(values[id_], -offset, -1) if offset else values[id_]
        case Negate(operand):
            return -of(operand)
        case Binary("**", base, Number(exponent)):
            return power(of(base), int(exponent), lambda a, b: a * b, 1.0)
        case Binary(op, left, right) | Compare(op, left, right):
            return _OPERATIONS[op](of(left), of(right))
        case Call(function, arguments):
            given = [of(argument) for argument in arguments]
            if module is not np:
                given = [module.as_tensor(g, dtype=module.float64) if isinstance(g, float | int) else g for g in given]
            return functions[function](*given)


def _divide(left: Any, right: Any) -> Any:
    if isinstance(left, float | int) and isinstance(right, float | int):
        left = np.float64(left)
    return left / right


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
