"""The checked tree that an expression becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A decimal number, kept as written so that digests and code do not depend on a float's printing."""

    text: str


@dataclass(frozen=True)
class Name:
    """A state, parameter, coordinate or free variable."""

    id: str


@dataclass(frozen=True)
class Index:
    """A neighbour of an indexed state: `x[i+offset]`, periodic."""

    id: str
    offset: int


@dataclass(frozen=True)
class Negate:
    """-operand."""

    operand: Expr


@dataclass(frozen=True)
class Binary:
    """left op right, op one of + - * / **; the exponent of ** is a whole Number up to 64."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Compare:
    """left op right, op one of < <= > >=; stands only as the first argument of `where`."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Call:
    """A whitelisted function of its arguments."""

    function: str
    arguments: tuple[Expr, ...]


Expr = Number | Name | Index | Negate | Binary | Compare | Call


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts of an expression, in the order written."""
    match expr:
        case Negate(operand):
            return (operand,)
        case Binary(_, left, right) | Compare(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all its parts, each before its own parts, in the order written."""
    waiting = [expr]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def names_in(expr: Expr) -> frozenset[str]:
    """The names that an expression reads, those of indexed states included."""
    return frozenset(part.id for part in walk(expr) if isinstance(part, Name | Index))


def functions_in(expr: Expr) -> frozenset[str]:
    """The functions that an expression calls."""
    return frozenset(part.function for part in walk(expr) if isinstance(part, Call))


def rebuild(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The expression with other direct parts: the inverse of `children`."""
    match expr:
        case Negate():
            return Negate(*parts)
        case Binary(op):
            return Binary(op, *parts)
        case Compare(op):
            return Compare(op, *parts)
        case Call(function):
            return Call(function, parts)
        case _:
            return expr


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """The expression with names replaced by expressions; indexed names stay."""
    if isinstance(expr, Name):
        return values.get(expr.id, expr)
    return rebuild(expr, tuple(substitute(part, values) for part in children(expr)))
