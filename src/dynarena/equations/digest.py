"""What an expression is, independent of spaces and brackets: canonical JSON, and its sha256."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number


def to_json(expr: Expr) -> Any:
    """Nested lists headed by the kind of node; decimals stay strings, as written."""
    match expr:
        case Number(text):
            return ["number", text]
        case Name(id_):
            return ["name", id_]
        case Index(id_, offset):
            return ["index", id_, offset]
        case Negate(operand):
            return ["negate", to_json(operand)]
        case Binary(op, left, right) | Compare(op, left, right):
            return [op, to_json(left), to_json(right)]
        case Call(function, arguments):
            return [function, *(to_json(argument) for argument in arguments)]


def canonical(content: Any) -> str:
    """JSON with sorted keys, no spaces and no NaN: one text for one content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(*trees: Expr) -> str:
    """sha256 of the canonical JSON of the trees, in hexadecimal."""
    return sha256([to_json(tree) for tree in trees])


def sha256(content: Any) -> str:
    """sha256 of the canonical JSON of anything that JSON can hold, in hexadecimal."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()
