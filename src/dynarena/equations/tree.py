"""The checked tree that an expression becomes."""

from __future__ import annotations

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
