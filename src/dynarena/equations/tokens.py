"""The first gate of an expression: its characters, words, length and depth, before any parser sees it."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from dynarena.errors import EquationError

MAX_LENGTH = 4096
MAX_DEPTH = 50
MAX_EXPONENT = 64

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|<=|>=|[-+*/()\[\],<>])"
    r"|(?P<space>[ \t\r\n]+)"
)
_FIXES = {
    "^": "write powers as x**2",
    "=": "write only the right-hand side; compare with < <= > >=",
    "!": "compare with < <= > >=",
    ".": "attributes do not exist here; write decimals as 0.5",
    '"': "strings do not exist here",
    "'": "strings do not exist here",
    "%": "remainders do not exist here",
    "@": "matrix products do not exist here; write each component",
    ":": "slices, walruses and lambdas do not exist here",
    "{": "sets and dictionaries do not exist here",
    "}": "sets and dictionaries do not exist here",
}
_GRAMMAR = "decimal numbers, names, + - * / **, whitelisted functions, parentheses"


@dataclass(frozen=True)
class Token:
    """A word of an expression: its kind (number, name, operator), its text, and its column from 1."""

    kind: str
    text: str
    column: int


def refuse(
    what: str, column: int, where: str, *, expected: str = _GRAMMAR, got: str = "", fix: str = "rewrite the term"
) -> EquationError:
    """The error that names the place and the column."""
    place = f"{where}, column {column}" if where else f"column {column}"
    return EquationError(what, where=place, expected=expected, got=got or None, fix=fix)


def tokens(text: str, where: str = "") -> list[Token]:
    """The words of an expression.

    Raises EquationError where it is empty or longer than 4096 characters, where a character is outside the grammar,
    where brackets do not match or are nested deeper than 50, and where an exponent is not a whole number from 0 to 64.
    """
    if len(text) > MAX_LENGTH:
        raise refuse(
            "the expression is too long", MAX_LENGTH + 1, where,
            expected=f"at most {MAX_LENGTH} characters", got=f"{len(text)}", fix="split it into several variables",
        )  # fmt: skip
    found = _words(text, where)
    if not found:
        raise refuse("the expression is empty", 1, where, got="nothing", fix='write "0" for zero')
    _check_brackets(found, where)
    _check_signs(found, where)
    _check_exponents(found, where)
    return found


def _words(text: str, where: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _foreign(text, position, where)
        kind = match.lastgroup or ""
        if kind == "name":
            _check_word(match.group(), position, found, where)
        if kind == "number" and match.group()[:1] == "0" and match.group()[1:2].isdigit():
            raise refuse(
                "a number starts with a zero", position + 1, where, got=match.group(), fix="drop the leading zero"
            )
        if kind == "operator" and match.group() == "/" and text[match.end() : match.end() + 1] == "/":
            raise refuse(
                "floor division does not exist here", position + 1, where, got="//", fix="write / for division"
            )
        if kind != "space":
            found.append(Token(kind, match.group(), position + 1))
        position = match.end()
    return found


def _foreign(text: str, position: int, where: str) -> EquationError:
    character = text[position]
    fix = _FIXES.get(character, "use plain ASCII" if ord(character) > 127 else "remove it")
    return refuse("a character is outside the grammar", position + 1, where, got=ascii(character), fix=fix)


def _check_word(word: str, position: int, found: list[Token], where: str) -> None:
    before = found[-1] if found else None
    if before is not None and before.kind == "number" and before.column + len(before.text) == position + 1:
        got = before.text + word
        raise refuse(
            "a number runs into a name", position + 1, where,
            expected="a decimal number such as 2.5e-3", got=got[:40], fix="put an operator between them, such as *",
        )  # fmt: skip
    if keyword.iskeyword(word):
        fix = "use where(condition, a, b) for a choice" if word in ("if", "else", "and", "or", "not") else "rename it"
        raise refuse(f"{word!r} is a word of Python", position + 1, where, got=word, fix=fix)


def _check_brackets(found: list[Token], where: str) -> None:
    open_: list[Token] = []
    for token in found:
        if token.text in "([":
            open_.append(token)
            if len(open_) > MAX_DEPTH:
                raise refuse(
                    "brackets are nested too deep", token.column, where,
                    expected=f"at most {MAX_DEPTH} levels", got=f"{MAX_DEPTH + 1}", fix="name an inner part",
                )  # fmt: skip
        elif token.text in ")]" and (not open_ or open_.pop().text + token.text not in ("()", "[]")):
            raise refuse("a bracket closes nothing", token.column, where, got=token.text, fix="remove or match it")
    if open_:
        raise refuse("a bracket is never closed", open_[-1].column, where, got=open_[-1].text, fix="close it")


def _check_signs(found: list[Token], where: str) -> None:
    run = 0
    for token in found:
        run = run + 1 if token.text in ("+", "-") else 0
        if run > MAX_DEPTH:
            raise refuse(
                "too many signs in a row", token.column, where,
                expected=f"at most {MAX_DEPTH}", got=f"{run}", fix="write one sign",
            )  # fmt: skip


def _check_exponents(found: list[Token], where: str) -> None:
    ends = [*found[1:], Token("end", "", found[-1].column + len(found[-1].text))]
    for position, token in enumerate(found):
        if token.text != "**":
            continue
        exponent = ends[position]
        digits = exponent.kind == "number" and exponent.text.isdigit()
        chained = position + 2 < len(found) and found[position + 2].text == "**"
        if not digits or len(exponent.text) > 2 or int(exponent.text) > MAX_EXPONENT or chained:
            got = "".join(part.text for part in found[position + 1 : position + 4])
            raise refuse(
                "the exponent is not a small whole number", exponent.column, where,
                expected=f"a whole number from 0 to {MAX_EXPONENT}", got=got[:40] or "nothing",
                fix="write 1/x**2 for negative, sqrt(x) or exp(a*log(x)) for other exponents",
            )  # fmt: skip
