"""Equations as MathML, in the order written: browsers draw it without a script."""

from __future__ import annotations

import re
from html import escape

from dynarena.equations.functions import ARITY
from dynarena.equations.latex import stem_and_subscript
from dynarena.equations.parse import parse
from dynarena.equations.tree import Binary, Call, Compare, Expr, Index, Name, Negate, Number

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω",
}  # fmt: skip
_SPACE = {"lap": "<msup><mo>∇</mo><mn>2</mn></msup>", "bilap": "<msup><mo>∇</mo><mn>4</mn></msup>",
          "invlap": "<msup><mo>∇</mo><mn>−2</mn></msup>", "sum": "<mo>∑</mo>",
          **{f"d{axis}": f"<msub><mo>∂</mo><mi>{axis}</mi></msub>" for axis in "xyz"}}  # fmt: skip
_COMPARE = {"<": "&lt;", "<=": "≤", ">": "&gt;", ">=": "≥"}
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)


def equation(left: str, right: str) -> str:
    """`left = right`: a left side in MathML, an expression of our grammar. Raises EquationError."""
    return f'<math display="block">{left}<mo>=</mo>{expression(right)}</math>'


def expression(text: str) -> str:
    """One expression of any names. Raises EquationError on what is outside the grammar."""
    return _render(_read(text))[0]


def _read(text: str) -> Expr:
    names = set(re.findall(r"[A-Za-z_]\w*", text)) - set(ARITY)
    indexed = set(re.findall(r"([A-Za-z_]\w*)\s*\[", text))
    return parse(text, names - indexed, indexed=indexed, functions=frozenset(ARITY))


def symbol(name: str) -> str:
    """A name as a letter with subscripts: theta1 has 1, k_max has max, x[i] has i below."""
    if name.endswith("[i]"):
        return f"<msub>{symbol(name[:-3])}<mi>i</mi></msub>"
    stem, rest = stem_and_subscript(name)
    letter = f"<mi>{escape(_GREEK.get(stem, stem))}</mi>"
    return f"<msub>{letter}<mtext>{escape(rest)}</mtext></msub>" if rest else letter


def _render(expr: Expr) -> tuple[str, int]:
    """The markup of an expression and how tightly it binds."""
    match expr:
        case Number(digits):
            return _number(digits)
        case Name(id_):
            return symbol(id_), _ATOM
        case Index(id_, offset):
            place = f"<mi>i</mi><mo>{'+' if offset > 0 else '−'}</mo><mn>{abs(offset)}</mn>" if offset else "<mi>i</mi>"
            return f"<msub>{symbol(id_)}<mrow>{place}</mrow></msub>", _ATOM
        case Negate(operand):
            return f"<mo>−</mo>{_at_least(operand, _PRODUCT)}", _SUM
        case Binary("/", left, right):
            return f"<mfrac><mrow>{_render(left)[0]}</mrow><mrow>{_render(right)[0]}</mrow></mfrac>", _SIGN
        case Binary("*", left, right):
            return _product(left, right)
        case Binary("**", base, power):
            return f"<msup><mrow>{_at_least(base, _ATOM)}</mrow><mrow>{_render(power)[0]}</mrow></msup>", _POWER
        case Binary(op, left, right):
            sign = op.replace("-", "−")
            return f"{_render(left)[0]}<mo>{sign}</mo>{_at_least(right, _SUM if op == '+' else _PRODUCT)}", _SUM
        case Compare(op, left, right):
            return f"{_render(left)[0]}<mo>{_COMPARE[op]}</mo>{_render(right)[0]}", _SUM
        case Call(function, arguments):
            return _call(function, arguments)


def _product(left: Expr, right: Expr) -> tuple[str, int]:
    signed = isinstance(left, Negate)
    first = _render(left)[0] if signed else _at_least(left, _PRODUCT)
    between = "<mo>·</mo>" if isinstance(_first(right), Number) else "<mo>&#x2062;</mo>"
    return f"{first}{between}{_at_least(right, _SIGN)}", _SUM if signed else _PRODUCT


def _first(expr: Expr) -> Expr:
    while isinstance(expr, Binary) and expr.op in ("*", "**"):
        expr = expr.left
    return expr


def _number(digits: str) -> tuple[str, int]:
    mantissa, _, exponent = digits.lower().partition("e")
    if not exponent:
        return f"<mn>{mantissa}</mn>", _ATOM
    power = str(int(exponent)).replace("-", "−")
    return f"<mn>{mantissa}</mn><mo>×</mo><msup><mn>10</mn><mn>{power}</mn></msup>", _PRODUCT


def _at_least(expr: Expr, binding: int) -> str:
    inner, own = _render(expr)
    return inner if own >= binding else f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>"


def _call(function: str, arguments: tuple[Expr, ...]) -> tuple[str, int]:
    inner = [_render(argument)[0] for argument in arguments]
    if function == "where":
        rows = ((inner[1], inner[0]), (inner[2], "<mtext>else</mtext>"))
        table = "".join(f"<mtr><mtd>{value}</mtd><mtd>{when}</mtd></mtr>" for value, when in rows)
        return f"<mrow><mo>{{</mo><mtable>{table}</mtable></mrow>", _ATOM
    if function == "sqrt":
        return f"<msqrt>{inner[0]}</msqrt>", _ATOM
    if function == "abs":
        return f"<mrow><mo>|</mo>{inner[0]}<mo>|</mo></mrow>", _ATOM
    if function == "grad2":
        return f"<msup><mrow><mo>|</mo><mo>∇</mo>{inner[0]}<mo>|</mo></mrow><mn>2</mn></msup>", _POWER
    if function in _SPACE:
        return f"{_SPACE[function]}{_at_least(arguments[0], _POWER)}", _SIGN
    joined = "<mo>,</mo>".join(inner)
    return f"<mi>{function}</mi><mrow><mo>(</mo>{joined}<mo>)</mo></mrow>", _ATOM
