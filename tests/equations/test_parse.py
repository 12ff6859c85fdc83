"""What the grammar admits, and that everything else is refused at once with its column."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynarena.equations.functions import FIELD, REDUCTIONS
from dynarena.equations.parse import parse
from dynarena.equations.tree import Binary, Call, Compare, Index, Name, Negate, Number, names_in, substitute, walk
from dynarena.errors import EquationError

NAMES = ("x", "y", "z", "sigma")


def test_a_tree_keeps_the_order_and_the_decimals_as_written() -> None:
    tree = parse("sigma*(y - 2.50)/-x", NAMES)
    product = Binary("*", Name("sigma"), Binary("-", Name("y"), Number("2.50")))
    assert tree == Binary("/", product, Negate(Name("x")))


def test_neighbours_conditions_and_operators_become_their_own_nodes() -> None:
    assert parse("q[i-2] + q[i]", (), indexed=("q",)) == Binary("+", Index("q", -2), Index("q", 0))
    condition = Call("where", (Compare("<=", Name("x"), Name("y")), Number("1"), Number("0")))
    assert parse("where(x <= y, 1, 0)", NAMES) == condition
    assert parse("lap(x)", NAMES, functions=FIELD) == Call("lap", (Name("x"),))
    assert parse("mean(x)", NAMES, functions=REDUCTIONS) == Call("mean", (Name("x"),))


def test_pi_is_a_number_unless_it_is_a_name() -> None:
    assert parse("pi", NAMES) == Number("3.14159265358979323846")
    assert parse("pi", ("pi",)) == Name("pi")


def test_a_text_over_several_lines_reads_as_one() -> None:
    assert parse("\n  x\n\t + y ", NAMES) == parse("x+y", NAMES)


HOSTILE = {
    "x.real": 2, "x.__class__": 2, "__import__('os')": 12, "eval(x)": 1, "x[0]": 1, "x[i]": 1, "[x for x in y]": 4,
    "'a'": 1, "(x:=1)": 3, "x<y<z": 1, "x<y": 1, "9**9**9**9": 4, "lambda: x": 1, "f'{x}'": 2, "sin(a=x)": 6,
    "sin(*x)": 5, "1j": 2, "1_0": 2, "0x10": 2, "x%y": 2, "x//y": 2, "x@y": 2, "x and y": 3, "not x": 1,
    "x if y else z": 3, "x**-1": 4, "x**y": 4, "x**65": 4, "x**2.0": 4, "x**2**2": 4, "where(x, y, z)": 7,
    "where(x<y<z, 1, 2)": 7, "where(x<y, 1)": 1, "1e999": 1, "sigam*x": 1, "x + sinn(x)": 5, "x(1)": 1, "": 1, "   ": 1,
    "()": 1, "(x,y)": 1, "x + sin": 5, "max(x)": 1, "x;y": 2, "x\x00": 2, "é": 1, "x = 1": 3, "(x": 1, "x)": 2,
    "(x]": 3, "x**": 4, "1 2": 3, "2x": 2, "x!": 2, "{x}": 1, "...": 1, "010": 1, "x == y": 3, "await x": 1,
    "x[i+1.5]": 1, "True": 1, "`x`": 1, "x\\y": 2, "  y + q": 7, "dx(x)": 1,
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_with_its_column(text: str) -> None:
    with pytest.raises(EquationError) as caught:
        parse(text, NAMES, where="file.toml, equation 2")
    assert caught.value.where == f"file.toml, equation 2, column {HOSTILE[text]}"
    assert caught.value.expected and caught.value.fix


BOMBS = {
    "brackets": "(" * 2000 + "x" + ")" * 2000,
    "too long": "(" * 5000 + "x" + ")" * 5000,
    "signs": "-" * 4000 + "x",
    "a long sum": "x" + "+x" * 2000,
    "powers": "x" + "**2" * 1300,
    "calls": "sin(" * 51 + "x" + ")" * 51,
    "a huge integer": "9" * 4096,
    "mixed nesting": "-(" * 49 + "x" + "+x)" * 49 + "+x" * 1900,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused_within_a_tenth_of_a_second(bomb: str) -> None:
    """The least CPU time of three: what a busy machine adds is not the bomb's doing."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        with pytest.raises(EquationError):
            parse(BOMBS[bomb], NAMES)
        spent.append(time.process_time() - began)
    assert min(spent) < 0.1


def test_the_limits_themselves_are_allowed() -> None:
    assert names_in(parse("(" * 50 + "x" + ")" * 50, NAMES)) == {"x"}
    assert parse("x**64", NAMES) == Binary("**", Name("x"), Number("64"))
    assert sum(part == Name("x") for part in walk(parse("x" + "+x" * 198, NAMES))) == 199


def test_an_unknown_name_and_function_suggest_the_nearest() -> None:
    with pytest.raises(EquationError, match="Did you mean 'sigma'"):
        parse("sigam", NAMES)
    with pytest.raises(EquationError, match="'sinh'"):
        parse("sinnh(x)", NAMES)


def test_substitution_replaces_names_everywhere() -> None:
    assert substitute(parse("sin(x) + x*y", NAMES), {"x": Name("z")}) == parse("sin(z) + z*y", NAMES)


@given(st.text(alphabet="xy0123.+-*/()[]<>=,sinwherei_ \n'\"\\:@%!{}", max_size=60))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        tree = parse(text, NAMES, indexed=("w",))
    except EquationError as error:
        assert error.where and "column" in error.where
    else:
        assert names_in(tree) <= {*NAMES, "w"}
