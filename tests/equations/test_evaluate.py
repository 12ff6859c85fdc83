"""Values of expressions over numbers, arrays and tensors; quantities of parameters."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dynarena.equations.constants import constant, constants
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import POINTWISE, REDUCTIONS
from dynarena.equations.parse import parse
from dynarena.errors import EquationError

X = np.linspace(-0.9, 0.9, 7)


@pytest.mark.parametrize("function", sorted(POINTWISE - {"min", "max", "where", "log", "sqrt", "sign"}))
def test_each_function_agrees_with_the_standard_library(function: str) -> None:
    tree = parse(f"{function}(x)", ("x",))
    expected = [getattr(math, {"abs": "fabs"}.get(function, function))(value) for value in X]
    assert np.allclose(evaluate(tree, {"x": X}), expected, rtol=1e-14, atol=0)
    assert np.allclose(evaluate(tree, {"x": torch.tensor(X)}).numpy(), expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("min(x, 0.3, -x)", np.minimum(np.minimum(X, 0.3), -X)), ("max(0, x)", np.maximum(X, 0)),
        ("where(x < 0.1, x**3, 2)", np.where(X < 0.1, X * X * X, 2)),
        ("sign(x)*sqrt(abs(x))", np.sign(X) * abs(X) ** 0.5), ("2 - 3 - x", -1 - X),
        ("8/4/x", 2 / X), ("-x**2", -X * X), ("x**0", np.ones(7)), ("log(1 + x)", np.log1p(X)),
    ],
)  # fmt: skip
def test_values_over_numpy_and_torch(text: str, expected: np.ndarray) -> None:
    tree = parse(text, ("x",))
    assert np.allclose(evaluate(tree, {"x": X}), expected, rtol=1e-14)
    assert np.allclose(np.asarray(evaluate(tree, {"x": torch.tensor(X)})), expected, rtol=1e-14)


def test_whole_powers_are_products_in_a_stated_order() -> None:
    x = np.random.default_rng(0).normal(size=1000)
    square = x * x
    assert np.array_equal(evaluate(parse("x**7", ("x",)), {"x": x}), ((square * x) * (square * x)) * x)


def test_neighbours_are_periodic_and_reductions_come_from_outside() -> None:
    q = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert evaluate(parse("q[i+1]", (), indexed=("q",)), {"q": q}).tolist() == [[2, 3, 1], [5, 6, 4]]
    mean = parse("mean(q[i]**2)", (), indexed=("q",), functions=REDUCTIONS)
    assert np.allclose(evaluate(mean, {"q": q}, {"mean": lambda a: a.mean(-1)}), [14 / 3, 77 / 3])
    with pytest.raises(EquationError, match="cannot be evaluated here"):
        evaluate(mean, {"q": q})


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(EquationError, match="'y' has no value"):
        evaluate(parse("x + y", ("x", "y")), {"x": 1.0})


def test_quantities_are_numbers_or_expressions_of_parameters() -> None:
    assert constant("8/3") == 8 / 3
    assert constant(-2) == -2.0
    assert constant("2*pi/k", {"k": "a*2", "a": 3.0}) == 2 * math.pi / 6
    assert constants({"a": "b + 1", "b": "c*2", "c": 1.5}) == {"a": 4.0, "b": 3.0, "c": 1.5}


def test_circles_and_values_that_are_not_finite_are_refused() -> None:
    with pytest.raises(EquationError) as caught:
        constants({"a": "b", "b": "c", "c": "a + 1"})
    assert "->" in str(caught.value.got)
    for text in ("1/0", "log(0)", "sqrt(-1)", "0/0", "1e308*10"):
        with pytest.raises(EquationError, match="not finite"):
            constant(text)
