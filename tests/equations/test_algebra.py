"""Derivatives against sympy, source against direct evaluation, LaTeX against an engine that sets it."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from dynarena.equations.derivative import ZERO, derivative, jacobian, neighbours
from dynarena.equations.evaluate import evaluate
from dynarena.equations.latex import latex, symbol, text
from dynarena.equations.parse import parse
from dynarena.equations.source import Source
from dynarena.equations.sympy_form import to_sympy
from dynarena.equations.tree import Index, Name

EXPRESSIONS = [
    "3*x**3 - y*x + 2.5", "x/y - y/x**2", "sin(x*y)*cos(x)", "tan(x) + exp(-x**2)", "log(1 + x**2)/sqrt(2 + y)",
    "tanh(x)*sinh(y)*cosh(x)", "asin(x/3) + acos(x/3) + atan(x*y)", "(x + y)**5*(x - y)**2", "-(-x) - -y",
    "x**1 + x**0", "E*x + beta*gamma*I - S/x",
]  # fmt: skip
NAMES = ("x", "y", "E", "I", "S", "beta", "gamma")
POINT = dict(zip(NAMES, (0.7, 1.3, 0.4, -0.6, 2.1, 0.9, -1.7), strict=True))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_derivatives_agree_with_sympy(expression: str) -> None:
    tree = parse(expression, NAMES)
    for name in NAMES:
        ours = evaluate(derivative(tree, Name(name)), POINT)
        theirs = sympy.diff(to_sympy(tree), sympy.Symbol(name, real=True))
        assert ours == pytest.approx(
            float(theirs.subs({sympy.Symbol(k, real=True): v for k, v in POINT.items()})), abs=1e-13
        )


@pytest.mark.parametrize(
    "text_", ["abs(x - y)", "min(x, y**2, 1)", "max(x*y, x)", "where(x < y, x**2, y*x)", "sign(x)*x"]
)
@pytest.mark.parametrize("x", [-1.5, 0.3, 2.2])
def test_kinks_have_the_derivative_of_the_branch_taken(text_: str, x: float) -> None:
    tree, h = parse(text_, ("x", "y")), 1e-6
    slope = evaluate(derivative(tree, Name("x")), {"x": np.array(x), "y": np.array(0.8)})
    sides = [evaluate(tree, {"x": np.array(x + s), "y": np.array(0.8)}) for s in (h, -h)]
    assert slope == pytest.approx((sides[0] - sides[1]) / (2 * h), abs=1e-5)


def test_a_jacobian_leaves_zeros_out_and_neighbours_are_sorted() -> None:
    trees = (parse("10*(y - x)", ("x", "y", "z")), parse("x*z", ("x", "y", "z")))
    found = jacobian(trees, (Name("x"), Name("y"), Name("z")))
    assert set(found) == {(0, 0), (0, 1), (1, 0), (1, 2)}
    ring = parse("(q[i+1] - q[i-2])*q[i-1] - q[i]", (), indexed=("q",))
    assert [index.offset for index in neighbours(ring)] == [-2, -1, 0, 1]
    assert derivative(ring, Index("q", 5)) == ZERO


@pytest.mark.parametrize(
    "expression", [*EXPRESSIONS, "((x + y)**8)**8/1e9", "min(x, y, 0.9)", "where(x < y, -x, abs(y))"]
)
def test_source_computes_the_same_bits_as_direct_evaluation(expression: str) -> None:
    tree = parse(expression, NAMES)
    functions = {
        name: f"np.{name}" for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "sinh", "cosh", "tanh", "abs")
    }
    functions |= {"asin": "np.arcsin", "acos": "np.arccos", "atan": "np.arctan", "min": "min", "max": "max"}
    source = Source(lambda part: part.id, functions)
    value = source.text(tree)
    scope: dict[str, object] = {"np": np, **POINT}
    exec("\n".join([*source.lines, f"result = {value}"]), scope)
    assert scope["result"] == evaluate(tree, POINT)
    assert len("".join(source.lines)) + len(value) < 600


def test_latex_keeps_the_order_and_brackets_what_must_be() -> None:
    shown = {
        "a - (b - c)": r"a - \left(b - c\right)", "a + (-b)*c": r"a + \left(-b \, c\right)", "-2*a*b": r"-2 \, a \, b",
        "a*(b + c)": r"a \, \left(b + c\right)", "(a/b)**2": r"\left(\frac{a}{b}\right)^{2}", "2*3": r"2 \cdot 3",
        "sqrt(a)": r"\sqrt{a}", "abs(a)": r"\left|a\right|", "asin(a)": r"\arcsin\left(a\right)", "-a**2": "-a^{2}",
    }  # fmt: skip
    assert {source: text(parse(source, ("a", "b", "c"))) for source in shown} == shown
    names = {
        "theta1": r"\theta_{1}",
        "k_max": r"k_{\mathrm{max}}",
        "feed": r"\mathrm{feed}",
        "x[i]": "x_{i}",
        "rho": r"\rho",
    }
    assert {name: symbol(name) for name in names} == names


def test_latex_of_a_system_can_be_set() -> None:
    from matplotlib.mathtext import MathTextParser

    tree = parse("sin(x)**2/(1 + x_max) - sqrt(abs(x))*1.5e-3", ("x", "x_max"))
    whole = latex({"x": tree})
    assert whole.startswith("\\begin{aligned}\n\\dot{x} &= ") and whole.endswith("\n\\end{aligned}")
    MathTextParser("path").parse(f"${text(tree)}$")
