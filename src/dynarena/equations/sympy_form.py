"""Expressions as sympy's, for exact algebra."""

from __future__ import annotations

from typing import Any

from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number
from dynarena.errors import EquationError

_NAMES = {"abs": "Abs", "min": "Min", "max": "Max"}
_POINTWISE = ("sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "sqrt", "sinh", "cosh", "tanh", "sign")


def to_sympy(expr: Expr) -> Any:
    """The expression with real symbols and exact decimals; `x[i+1]` becomes the symbol of that text.

    Names stay symbols whatever sympy means by them (E, I, S, beta, gamma). Raises EquationError on operators in space.
    """
    import sympy

    match expr:
        case Number(text):
            return sympy.Rational(text)
        case Name(id_):
            return sympy.Symbol(id_, real=True)
        case Index(id_, offset):
            return sympy.Symbol(f"{id_}[i{offset:+d}]" if offset else f"{id_}[i]", real=True)
        case Negate(operand):
            return -to_sympy(operand)
        case Binary(op, left, right) | Compare(op, left, right):
            return _combine(op, to_sympy(left), to_sympy(right))
        case Call("where", (condition, first, second)):
            return sympy.Piecewise((to_sympy(first), to_sympy(condition)), (to_sympy(second), True))
        case Call(function, arguments) if function in _NAMES or function in _POINTWISE:
            return getattr(sympy, _NAMES.get(function, function))(*(to_sympy(argument) for argument in arguments))
    raise EquationError("no algebraic form is known", got=repr(expr)[:40], fix="use pointwise functions")


def _combine(op: str, left: Any, right: Any) -> Any:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "**":
            return left**right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right
