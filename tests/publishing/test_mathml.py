from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from dynarena.errors import EquationError
from dynarena.publishing import mathml


def shown(expression):
    """The characters a reader sees, invisible multiplication left out."""
    return re.sub("<[^>]*>|&#x2062;", "", mathml.expression(expression))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a - (b - c)", "a−(b−c)"), ("-(a + b)*c", "−(a+b)c"), ("a - -b", "a−(−b)"), ("(-x)**2", "(−x)2"),
        ("-x**2", "−x2"), ("a*(-b)", "a(−b)"), ("2*3*x", "2·3x"), ("1e-3*x", "1×10−3x"), ("(a/b)**2", "(ab)2"),
        ("(x[i+1] - x[i-2])*x[i-1] - x[i] + F", "(xi+1−xi−2)xi−1−xi+F"), ("nu*lap(w)", "ν∇2w"),
        ("dy(invlap(w))*dx(w)", "∂y(∇−2w)∂xw"), ("sin(theta1)", "sin(θ1)"), ("min(x, y)", "min(x,y)"),
    ],
)  # fmt: skip
def test_an_expression_reads_as_written_with_the_brackets_it_needs(expression, expected):
    assert shown(expression) == expected


def test_a_quotient_a_power_and_a_root_are_drawn_in_two_dimensions():
    tree = ElementTree.fromstring("<math>" + mathml.expression("a/(b*c)**2 + sqrt(x)") + "</math>")
    top, bottom = tree.find("mfrac")
    assert "".join(top.itertext()) == "a"
    assert "".join(bottom.find("msup")[1].itertext()) == "2"
    assert "".join(tree.find("msqrt").itertext()) == "x"


def test_cases_and_comparisons_are_well_formed():
    tree = ElementTree.fromstring("<math>" + mathml.expression("where(x < 0, -x, abs(y))") + "</math>")
    assert ["".join(row.itertext()) for row in tree.iter("mtr")] == ["−xx<0", "|y|else"]


@pytest.mark.parametrize("attack", ["<script>", "x</math><img src=x>", "__import__('os')", "x.y", "'a'"])
def test_nothing_outside_the_grammar_becomes_markup(attack):
    with pytest.raises(EquationError):
        mathml.expression(attack)
