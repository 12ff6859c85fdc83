"""Exact derivatives of trees.

Kinks have the derivative of the branch taken: |a|' = sign(a) a', sign' = 0, and `min`, `max`, `where` differentiate
each branch under the same condition, so that no delta function enters.
"""

from __future__ import annotations

from collections.abc import Callable

from dynarena.equations.parse import PI
from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number, names_in, walk
from dynarena.errors import EquationError

ZERO, ONE = Number("0"), Number("1")


def derivative(expr: Expr, variable: Name | Index) -> Expr:
    """d expr / d variable, with zeros and ones left out."""
    if variable.id not in names_in(expr):
        return ZERO
    match expr:
        case Name() | Index():
            return ONE if expr == variable else ZERO
        case Negate(operand):
            return _negate(derivative(operand, variable))
        case Binary("**", base, Number(exponent)):
            return _power(base, int(exponent), derivative(base, variable))
        case Binary(op, left, right):
            return _binary(op, left, right, derivative(left, variable), derivative(right, variable))
        case Call("where", (condition, first, second)):
            return _where(condition, derivative(first, variable), derivative(second, variable))
        case Call("min" | "max" as function, arguments):
            return _extreme(function, arguments, variable)
        case Call(function, (argument,)) if function in _RULES:
            return _times(_RULES[function](argument), derivative(argument, variable))
    raise EquationError("no derivative is known", got=type(expr).__name__, fix="use pointwise functions")


def jacobian(equations: tuple[Expr, ...], variables: tuple[Name | Index, ...]) -> dict[tuple[int, int], Expr]:
    """The entries d equation[row] / d variables[column] that are not zero."""
    entries = {
        (row, column): derivative(equation, variable)
        for row, equation in enumerate(equations)
        for column, variable in enumerate(variables)
    }
    return {place: entry for place, entry in entries.items() if entry != ZERO}


def neighbours(equation: Expr) -> tuple[Index, ...]:
    """The neighbours that an equation of an indexed state reads, by offset."""
    found = {part for part in walk(equation) if isinstance(part, Index)}
    return tuple(sorted(found, key=lambda index: index.offset))


def _negate(a: Expr) -> Expr:
    return ZERO if a == ZERO else Negate(a)


def _plus(a: Expr, b: Expr) -> Expr:
    if a == ZERO or b == ZERO:
        return b if a == ZERO else a
    return Binary("+", a, b)


def _minus(a: Expr, b: Expr) -> Expr:
    if a == ZERO or b == ZERO:
        return _negate(b) if a == ZERO else a
    return Binary("-", a, b)


def _times(a: Expr, b: Expr) -> Expr:
    if ZERO in (a, b):
        return ZERO
    if a == ONE or b == ONE:
        return b if a == ONE else a
    return Binary("*", a, b)


def _over(a: Expr, b: Expr) -> Expr:
    return ZERO if a == ZERO else Binary("/", a, b)


def _square(a: Expr) -> Expr:
    return Binary("**", a, Number("2"))


def _power(base: Expr, exponent: int, slope: Expr) -> Expr:
    if exponent == 0:
        return ZERO
    if exponent == 1:
        return slope
    lower = base if exponent == 2 else Binary("**", base, Number(str(exponent - 1)))
    return _times(_times(Number(str(exponent)), lower), slope)


def _binary(op: str, a: Expr, b: Expr, da: Expr, db: Expr) -> Expr:
    if op == "+":
        return _plus(da, db)
    if op == "-":
        return _minus(da, db)
    if op == "*":
        return _plus(_times(da, b), _times(a, db))
    return _minus(_over(da, b), _over(_times(a, db), _square(b)))


def _where(condition: Expr, first: Expr, second: Expr) -> Expr:
    return first if first == second else Call("where", (condition, first, second))


def _extreme(function: str, arguments: tuple[Expr, ...], variable: Name | Index) -> Expr:
    best, slope = arguments[0], derivative(arguments[0], variable)
    for other in arguments[1:]:
        taken = Compare("<" if function == "min" else ">", other, best)
        slope = _where(taken, derivative(other, variable), slope)
        best = Call(function, (best, other))
    return slope


def _call(function: str, a: Expr) -> Expr:
    return Call(function, (a,))


_RULES: dict[str, Callable[[Expr], Expr]] = {
    "sin": lambda a: _call("cos", a),
    "cos": lambda a: Negate(_call("sin", a)),
    "tan": lambda a: Binary("+", ONE, _square(_call("tan", a))),
    "asin": lambda a: Binary("/", ONE, _call("sqrt", Binary("-", ONE, _square(a)))),
    "acos": lambda a: Negate(Binary("/", ONE, _call("sqrt", Binary("-", ONE, _square(a))))),
    "atan": lambda a: Binary("/", ONE, Binary("+", ONE, _square(a))),
    "exp": lambda a: _call("exp", a),
    "log": lambda a: Binary("/", ONE, a),
    "sqrt": lambda a: Binary("/", ONE, Binary("*", Number("2"), _call("sqrt", a))),
    "sinh": lambda a: _call("cosh", a),
    "cosh": lambda a: _call("sinh", a),
    "tanh": lambda a: Binary("-", ONE, _square(_call("tanh", a))),
    "abs": lambda a: _call("sign", a),
    "sign": lambda a: ZERO,
    "erf": lambda a: Binary("*", Binary("/", Number("2"), _call("sqrt", Number(PI))), _call("exp", Negate(_square(a)))),
}
