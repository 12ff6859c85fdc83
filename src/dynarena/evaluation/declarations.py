"""What a metric's file declares, read from its text."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from dynarena.errors import SchemaError, UnknownName
from dynarena.suite import literals

_CHOICES: dict[str, tuple[object, ...]] = {
    "perfect": (0, 1, "horizon", None),
    "better": ("lower", "higher"),
    "scope": ("trajectory", "task"),
    "kind": ("pointwise", "distributional", "probabilistic", "physical"),
}


@dataclass(frozen=True)
class Declarations:
    """What a metric's file states of itself, as literals.

    `null` = 1 where climatology scores exactly 1; `guard` names the metric that sees the order of time where this one
    does not; `kinds` lists the kinds of task that it is for, all where empty.
    """

    perfect: float | Literal["horizon"] | None
    better: Literal["lower", "higher"]
    unit: str
    scope: Literal["trajectory", "task"]
    kind: Literal["pointwise", "distributional", "probabilistic", "physical"]
    source: str
    null: float | None = None
    guard: str | None = None
    kinds: tuple[str, ...] = ()


def read_declarations(source: bytes, path: Path) -> Declarations:
    """The literals of a metric's source: what is listed and what is scored cannot differ.

    Raises SchemaError where one is missing or outside its choices.
    """
    facts = literals(ast.parse(source).body)
    for key in ("perfect", "better", "unit", "scope", "kind", "source"):
        if key not in facts:
            raise SchemaError(f"a metric must declare {key!r}", where=str(path), fix=f"add {key} = … as a literal")
    for key, allowed in _CHOICES.items():
        if facts[key] not in allowed:
            raise SchemaError(
                f"wrong value for {key!r}",
                where=str(path),
                expected=" or ".join(map(repr, allowed)),
                got=repr(facts[key]),
                fix="correct the declaration",
            )
    known = {key: facts[key] for key in (each.name for each in fields(Declarations)) if key in facts}
    return Declarations(**{**known, "kinds": tuple(facts.get("kinds", ()))})


def fix_parameters(function: Callable[..., Any], given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The keyword-only parameters of a metric: its defaults, overridden by those given."""
    signature = inspect.signature(function).parameters.values()
    defaults = {each.name: each.default for each in signature if each.kind is each.KEYWORD_ONLY}
    for name in given:
        if name not in defaults:
            raise UnknownName.among("parameter", name, defaults, where=str(path))
    return {**defaults, **given}
