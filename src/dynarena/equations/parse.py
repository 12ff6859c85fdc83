"""Expressions from strangers: text in, checked tree out.

Python's own parser reads the text, but only after `tokens` let it pass; then each node is admitted one by one.
Nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import difflib
import math
import re
import warnings
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dynarena.equations.functions import ARITY, POINTWISE
from dynarena.equations.tokens import refuse, tokens
from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number
from dynarena.errors import EquationError

MAX_CHAIN = 200
PI = "3.14159265358979323846"
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARE: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def parse(
    text: str,
    names: Collection[str],
    *,
    indexed: Collection[str] = (),
    functions: Collection[str] = POINTWISE,
    where: str = "",
) -> Expr:
    """The tree of an expression of `names`, of indexed states `x[i+1]` and of `functions`.

    `pi` stands for its decimals unless it is one of the names. Raises EquationError, with the column, on anything
    outside the grammar, on unknown names and functions (with the nearest known), and on more than 4096 characters, 50
    levels of brackets or 200 operations in a row.
    """
    flat = re.sub(r"[\t\r\n]", " ", text) if isinstance(text, str) else str(text)
    tokens(flat, where)
    body = flat.lstrip(" ")
    reader = _Reader(body, len(flat) - len(body), frozenset(names), frozenset(indexed), frozenset(functions), where)
    return reader.read(_syntax(reader).body, 1)


def _syntax(reader: _Reader) -> ast.Expression:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(reader.text.rstrip(), mode="eval")
    except SyntaxError as error:
        column = (error.offset or 1) + reader.shift
        got = reader.text[max((error.offset or 1) - 1, 0) :][:20]
        raise refuse(
            "the expression is broken", column, reader.where, got=got or "nothing", fix="mend it there"
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise refuse("the expression is too deep", 1 + reader.shift, reader.where, fix="split it") from None


@dataclass(frozen=True)
class _Reader:
    text: str
    shift: int
    names: frozenset[str]
    indexed: frozenset[str]
    functions: frozenset[str]
    where: str

    def read(self, node: ast.expr, depth: int) -> Expr:
        if depth > MAX_CHAIN:
            expected = f"at most {MAX_CHAIN} operations in a row"
            raise self._refuse(node, "the expression is too deep", expected=expected, fix="group terms by brackets")
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp(op=ast.USub()):
                return Negate(self.read(node.operand, depth + 1))
            case ast.UnaryOp(op=ast.UAdd()):
                return self.read(node.operand, depth + 1)
            case ast.BinOp() if type(node.op) in _BINARY:
                left, right = self.read(node.left, depth + 1), self.read(node.right, depth + 1)
                return Binary(_BINARY[type(node.op)], left, right)
            case ast.Call():
                return self._call(node, depth)
            case ast.Subscript():
                return self._index(node)
            case ast.Compare():
                fix = "write where(a < b, value, otherwise)"
                raise self._refuse(node, "a comparison stands outside where", got=self._source(node), fix=fix)
        raise self._refuse(node, f"{type(node).__name__} is outside the grammar", got=self._source(node))

    def _number(self, node: ast.Constant) -> Number:
        source = self._source(node)
        if not _NUMBER.fullmatch(source):
            raise self._refuse(node, "not a decimal number", got=source)
        if not math.isfinite(float(source)):
            raise self._refuse(node, "the number is too large", expected="a number below 1.8e308", got=source[:40])
        return Number(source)

    def _name(self, node: ast.Name) -> Expr:
        if node.id in self.names:
            return Name(node.id)
        if node.id in self.indexed:
            raise self._refuse(node, f"{node.id!r} is indexed", expected=f"{node.id}[i]", got=node.id, fix="add [i]")
        if node.id == "pi":
            return Number(PI)
        if node.id in self.functions:
            raise self._refuse(node, f"{node.id!r} is a function", expected=f"{node.id}(…)", got=node.id, fix="call it")
        known = self.names | self.indexed
        raise self._refuse(
            node, f"unknown name {node.id!r}", expected="a known name", got=node.id, fix=_near(node.id, known)
        )

    def _call(self, node: ast.Call, depth: int) -> Call:
        if not isinstance(node.func, ast.Name):
            raise self._refuse(node, "only a named function can be called", got=self._source(node))
        function = node.func.id
        if function not in self.functions:
            fix = f"write {function}*(…) for a product" if function in self.names else _near(function, self.functions)
            raise self._refuse(
                node, f"unknown function {function!r}", expected="a known function", got=function, fix=fix
            )
        fewest, most = ARITY[function]
        if node.keywords or not fewest <= len(node.args) <= most:
            count = str(fewest) if fewest == most else f"{fewest} to {most}"
            got = f"{len(node.args) + len(node.keywords)}"
            raise self._refuse(node, f"{function} takes {count} arguments", expected=count, got=got)
        first = self._condition(node.args[0], depth + 1) if function == "where" else self.read(node.args[0], depth + 1)
        return Call(function, (first, *(self.read(argument, depth + 1) for argument in node.args[1:])))

    def _condition(self, node: ast.expr, depth: int) -> Compare:
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or type(node.ops[0]) not in _COMPARE:
            what = "the first argument of where is not one comparison"
            raise self._refuse(node, what, expected="a < b, a <= b, a > b or a >= b", got=self._source(node))
        left, right = self.read(node.left, depth + 1), self.read(node.comparators[0], depth + 1)
        return Compare(_COMPARE[type(node.ops[0])], left, right)

    def _index(self, node: ast.Subscript) -> Index:
        state = node.value
        if not isinstance(state, ast.Name) or state.id not in self.indexed:
            known = ", ".join(sorted(self.indexed)) or "none"
            what = "a subscript is out of place"
            raise self._refuse(node, what, expected=f"an indexed state (here: {known})", got=self._source(node))
        match node.slice:
            case ast.Name(id="i"):
                return Index(state.id, 0)
            case ast.BinOp(left=ast.Name(id="i"), op=ast.Add() | ast.Sub() as op, right=ast.Constant(value=int(k))):
                return Index(state.id, k if isinstance(op, ast.Add) else -k)
        raise self._refuse(node, "not a neighbour", expected=f"{state.id}[i], {state.id}[i-1] or {state.id}[i+2]",
                           got=self._source(node))  # fmt: skip

    def _source(self, node: ast.expr) -> str:
        text = self.text[node.col_offset : node.end_col_offset]
        return text if len(text) <= 40 else text[:39] + "…"

    def _refuse(
        self, node: ast.expr, what: str, *, expected: str = "", got: str = "", fix: str = "rewrite the term"
    ) -> EquationError:
        column = node.col_offset + 1 + self.shift
        if expected:
            return refuse(what, column, self.where, expected=expected, got=got, fix=fix)
        return refuse(what, column, self.where, got=got, fix=fix)


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return "Did you mean " + " or ".join(repr(candidate) for candidate in near) + "?"
    return "Known: " + (", ".join(names[:20]) or "none")
