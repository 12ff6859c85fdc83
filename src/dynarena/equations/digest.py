"""What an expression is, independent of spaces and brackets: canonical JSON, and its sha256."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection
from typing import Any

from dynarena.equations.delays import separate
from dynarena.equations.functions import ARITY
from dynarena.equations.parse import parse
from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number
from dynarena.schema.system import SystemSpec

_PROSE = {"title", "about", "source", "known", "tags", "superseded_by", "variant_of"}


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


def system_digest(spec: SystemSpec) -> str:
    """sha256 of everything in a system's file that rules its dynamics and its data, in hexadecimal.

    Equations enter as trees, so spaces and needless brackets do not matter. Titles, sources, known facts
    and tags stay out.
    """
    content = spec.model_dump(mode="json", by_alias=True, exclude=_PROSE)
    for table in ("splits", "invariants"):
        content[table] = {
            name: {k: v for k, v in part.items() if k != "about"} for name, part in content[table].items()
        }
    if spec.domain is not None and not spec.domain.boundary:  # periodic boxes are older than this key
        del content["domain"]["boundary"]
    state = spec.state if spec.engine == "delay" else ()
    content["equations"] = [_equation(text, number, state) for number, text in enumerate(spec.equations, start=1)]
    return sha256(content)


def _equation(text: str, number: int, state: Collection[str] = ()) -> Any:
    """The tree's JSON; of an equation with delays also what each past value is."""
    where = f"equation {number}"
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))
    indexed = set(re.findall(r"([A-Za-z_][A-Za-z0-9_]*)\s*\[", text))
    names = {word for word in words - indexed if word not in ARITY}
    if not state:
        return to_json(parse(text, names, indexed=indexed, functions=ARITY, where=where))
    flat, past = separate(text, state, words, where)
    whole = to_json(parse(flat, names | {value.name for value in past}, functions=ARITY, where=where))
    delays = [[value.name, value.component, to_json(parse(value.delay, names, where=where))] for value in past]
    return [whole, delays]
