"""Equations with delays: `x(t - tau)` is the value of the state x a time tau ago.

Each past value becomes a name of its own before the grammar reads the equation, so that what follows is an ordinary
expression of the present state, of past values and of parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from dynarena.equations.parse import parse
from dynarena.equations.points import PointSystem, point_system
from dynarena.equations.tokens import Token, refuse, tokens
from dynarena.equations.tree import Expr, Name, substitute
from dynarena.errors import EquationError, SchemaError
from dynarena.schema.system import SystemSpec


@dataclass(frozen=True)
class PastText:
    """A past value as written: the name that stands for it, the component it reads, the text of its delay.

    Spaces before the delay put it in the column where it stood.
    """

    name: str
    component: str
    delay: str


@dataclass(frozen=True)
class Past:
    """A past value: the name that stands for it in the equations, the component it reads, the tree of its delay."""

    name: str
    component: int
    delay: Expr


@dataclass(frozen=True)
class DelaySystem:
    """Equations whose names are the state, the parameters and the past values.

    `system` has the equations; its state and parameters are those of the file.
    """

    system: PointSystem
    past: tuple[Past, ...]


def separate(text: str, state: Collection[str], taken: Collection[str], where: str = "") -> tuple[str, list[PastText]]:
    """The text with fresh names in place of past values, of the same length, and what the names stand for.

    Raises EquationError, with the column, where a state is called in another way than x(t - delay).
    """
    flat = "".join(" " if character in "\t\r\n" else character for character in text)
    words = tokens(flat, where)
    found: list[PastText] = []
    position = 0
    while position < len(words) - 1:
        if words[position].text in state and words[position + 1].text == "(":
            last = _closing(words, position + 1)
            component = words[position].text
            delay = _delay_of(flat, words[position : last + 1], where)
            name = _fresh(component, {*taken, *(value.name for value in found)}, where)
            begin, end = words[position].column - 1, words[last].column
            flat = flat[:begin] + name.ljust(end - begin) + flat[end:]
            found.append(PastText(name, component, delay))
            position = last
        position += 1
    return flat, found


def delay_system(spec: SystemSpec) -> DelaySystem:
    """The equations of a file. Raises SchemaError or EquationError where they do not fit, or have no delay."""
    if isinstance(spec.state, str):
        what, fix = "an indexed state has no past", "name the components one by one"
        raise SchemaError(what, where=spec.title, expected="names", got=spec.state, fix=fix)
    flat, past = _separated(spec, spec.state)
    if not past:
        what, fix = "no equation has a delay", 'write one as x(t - tau), or engine = "ode"'
        raise SchemaError(what, where=spec.title, expected="x(t - tau)", got="; ".join(spec.equations), fix=fix)
    names = [value.name for value in past]
    with_past = {**spec.parameters, **dict.fromkeys(names, 1.0)}
    system = point_system(spec.model_copy(update={"equations": flat, "parameters": with_past}))
    unique, renamed = _merged(past)
    trees = tuple(substitute(tree, renamed) for tree in system.equations)
    return DelaySystem(replace(system, equations=trees, parameters=tuple(spec.parameters)), unique)


def _separated(spec: SystemSpec, state: Sequence[str]) -> tuple[list[str], list[Past]]:
    taken = {*state, *spec.parameters, "t"}
    texts: list[str] = []
    past: list[Past] = []
    for number, equation in enumerate(spec.equations, start=1):
        where = f"{spec.title}, equation {number}"
        text, found = separate(equation, state, taken, where)
        for value in found:
            _check_delay(value, state, where)
            tree = parse(value.delay, spec.parameters, where=where)
            past.append(Past(value.name, list(state).index(value.component), tree))
        taken |= {value.name for value in found}
        texts.append(text)
    return texts, past


def _merged(past: Sequence[Past]) -> tuple[tuple[Past, ...], dict[str, Expr]]:
    """Each past value once, and for every name the one that stands for it."""
    kept: dict[tuple[int, Expr], Past] = {}
    renamed: dict[str, Expr] = {}
    for value in past:
        first = kept.setdefault((value.component, value.delay), value)
        renamed[value.name] = Name(first.name)
    return tuple(kept.values()), renamed


def _closing(words: list[Token], opening: int) -> int:
    depth = 0
    for position in range(opening, len(words)):
        depth += {"(": 1, ")": -1}.get(words[position].text, 0)
        if depth == 0:
            return position
    return len(words) - 1


def _delay_of(text: str, words: list[Token], where: str) -> str:
    """The text between `x(t -` and its bracket, after spaces that keep the column."""
    state, inner = words[0], words[2:-1]
    if len(inner) < 3 or inner[0].text != "t" or inner[1].text != "-":
        got = text[state.column - 1 : words[-1].column][:40]
        expected, fix = f"{state.text}(t - delay)", f"write {state.text}*(…) for a product"
        raise refuse(f"{state.text!r} is called", state.column, where, expected=expected, got=got, fix=fix)
    begin = inner[1].column
    return " " * begin + text[begin : words[-1].column - 1]


def _check_delay(value: PastText, state: Collection[str], where: str) -> None:
    for token in tokens(value.delay, where):
        if token.text in state:
            what, expected = "a delay depends on the state", "an expression of parameters"
            raise refuse(what, token.column, where, expected=expected, got=token.text, fix="state it by parameters")


def _fresh(component: str, taken: Collection[str], where: str) -> str:
    """A name that nothing has, no longer than the past value that it stands for."""
    for count in range(100):
        if f"{component}_t{count}" not in taken:
            return f"{component}_t{count}"
    what, expected = "too many past values", "at most 100"
    raise EquationError(what, where=where or None, expected=expected, got=component, fix="merge terms")
