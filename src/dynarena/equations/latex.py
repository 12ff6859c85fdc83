"""Equations as LaTeX, in the order written."""

from __future__ import annotations

import re

from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number

_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|rho|sigma|tau|upsilon|phi|chi|psi|omega|"
    "Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
_FUNCTIONS = {"asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan", "sign": r"\operatorname{sign}"}
_OPERATORS = {
    "dx": r"\partial_x", "dy": r"\partial_y", "dz": r"\partial_z", "lap": r"\nabla^2", "bilap": r"\nabla^4",
    "invlap": r"\nabla^{-2}", "mean": r"\operatorname{mean}", "sum": r"\sum", "phase": r"\operatorname{phase}",
}  # fmt: skip
_COMPARE = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)


def latex(equations: dict[str, Expr], *, derivative: str = r"\dot{{{}}}") -> str:
    """Aligned equations; `derivative` formats the name of what each right-hand side gives."""
    rows = [f"{derivative.format(symbol(name))} &= {text(tree)}" for name, tree in equations.items()]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def symbol(name: str) -> str:
    """A name as a letter with subscripts: theta1 is \\theta_{1}, k_max is k_{\\mathrm{max}}, feed is \\mathrm{feed}."""
    if name.endswith("[i]"):
        return f"{symbol(name[:-3])}_{{i}}"
    stem, rest = stem_and_subscript(name)
    letter = f"\\{stem}" if _GREEK.fullmatch(stem) else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    if not rest:
        return letter
    return f"{letter}_{{{rest}}}" if rest.isdigit() or len(rest) == 1 else rf"{letter}_{{\mathrm{{{rest}}}}}"


def stem_and_subscript(name: str) -> tuple[str, str]:
    """theta1 is (theta, 1), k_max is (k, max), k1_max is (k, "1,max"), feed is (feed, "")."""
    stem, _, rest = name.partition("_")
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", stem)
    if digits:
        stem, rest = digits.group(1), digits.group(2) + (f",{rest}" if rest else "")
    return stem, rest


def text(expr: Expr) -> str:
    """One expression."""
    return _render(expr)[0]


def _render(expr: Expr) -> tuple[str, int]:
    """The text of an expression and how tightly it binds."""
    match expr:
        case Number(digits):
            return _number(digits)
        case Name(id_):
            return symbol(id_), _ATOM
        case Index(id_, offset):
            return f"{symbol(id_)}_{{i{offset:+d}}}" if offset else f"{symbol(id_)}_{{i}}", _ATOM
        case Negate(operand):
            return f"-{_at_least(operand, _PRODUCT)}", _SUM
        case Binary("/", left, right):
            return rf"\frac{{{text(left)}}}{{{text(right)}}}", _SIGN
        case Binary("*", left, right):
            first, own = _render(left)
            signed = isinstance(left, Negate) or (isinstance(left, Binary) and left.op == "*")
            first = first if own >= _PRODUCT or signed else rf"\left({first}\right)"
            return f"{first}{_times(right)}{_at_least(right, _SIGN)}", _SUM if first.startswith("-") else _PRODUCT
        case Binary("**", base, Number(exponent)):
            return f"{_at_least(base, _ATOM)}^{{{exponent}}}", _POWER
        case Binary(op, left, right):
            return f"{text(left)} {op} {_at_least(right, _SUM if op == '+' else _PRODUCT)}", _SUM
        case Compare(op, left, right):
            return f"{text(left)} {_COMPARE[op]} {text(right)}", _SUM
        case Call(function, arguments):
            return _call(function, arguments)


def _number(digits: str) -> tuple[str, int]:
    mantissa, _, exponent = digits.lower().partition("e")
    return (rf"{mantissa} \times 10^{{{int(exponent)}}}", _PRODUCT) if exponent else (mantissa, _ATOM)


def _times(right: Expr) -> str:
    first = right
    while isinstance(first, Binary) and first.op in ("*", "**"):
        first = first.left
    return r" \cdot " if isinstance(first, Number) else r" \, "


def _at_least(expr: Expr, binding: int) -> str:
    inner, own = _render(expr)
    negative = isinstance(expr, Negate) or inner.startswith("-")
    return inner if own >= binding and not negative else rf"\left({inner}\right)"


def _call(function: str, arguments: tuple[Expr, ...]) -> tuple[str, int]:
    inner = [text(argument) for argument in arguments]
    if function == "where":
        return rf"\begin{{cases}} {inner[1]} & {inner[0]} \\ {inner[2]} & \text{{else}} \end{{cases}}", _ATOM
    if function == "sqrt":
        return rf"\sqrt{{{inner[0]}}}", _ATOM
    if function == "abs":
        return rf"\left|{inner[0]}\right|", _ATOM
    if function == "grad2":
        return rf"\left|\nabla {_at_least(arguments[0], _ATOM)}\right|^{{2}}", _POWER
    name = _OPERATORS.get(function) or _FUNCTIONS.get(function) or f"\\{function}"
    if function in _OPERATORS and len(arguments) == 1 and function not in ("mean", "phase"):
        return f"{name} {_at_least(arguments[0], _POWER)}", _SIGN
    return rf"{name}\left({', '.join(inner)}\right)", _ATOM
