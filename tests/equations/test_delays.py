"""Past values in equations: what they become, and every way of writing them wrong."""

from __future__ import annotations

import pytest

from dynarena.equations.delays import delay_system
from dynarena.equations.digest import system_digest, to_json
from dynarena.equations.parse import parse
from dynarena.errors import EquationError, SchemaError
from dynarena.schema.system import SystemSpec


def spec(equations: list[str], **changes: object) -> SystemSpec:
    content = {
        "schema": 1, "title": "T", "about": "", "source": "", "engine": "delay", "state": ["x", "y"],
        "parameters": {"a": 2, "tau": 1}, "start": {"box": {"x": [0, 1], "y": [0, 1]}}, "equations": equations,
    }  # fmt: skip
    return SystemSpec.model_validate(content | changes)


def test_past_values_become_names_and_equal_ones_share_one() -> None:
    found = delay_system(spec(["a*x(t - tau) + x( t-tau )*y", "x(t - tau/2) - y(t - tau) - x"]))
    assert [(past.component, past.delay) for past in found.past] == [
        (0, parse("tau", ["tau"])), (0, parse("tau/2", ["tau"])), (1, parse("tau", ["tau"])),
    ]  # fmt: skip
    one, half, other = (past.name for past in found.past)
    names = ["x", "y", "a", one, half, other]
    assert found.system.equations == (parse(f"a*{one} + {one}*y", names), parse(f"{half} - {other} - x", names))
    assert found.system.parameters == ("a", "tau") and found.system.state == ("x", "y")


def test_fresh_names_avoid_those_of_the_file() -> None:
    found = delay_system(spec(["x(t - tau) + x_t0", "y"], parameters={"x_t0": 5, "tau": 1}))
    assert found.past[0].name != "x_t0"
    assert found.system.parameters == ("x_t0", "tau")


def test_brackets_within_a_delay_are_its_own() -> None:
    found = delay_system(spec(["(x(t - (tau + max(a, 1))*2) + 1)*2", "y"]))
    assert found.past[0].delay == parse("(tau + max(a, 1))*2", ["tau", "a"])


WRONG = {
    "a call": ("y + x(y)", 5, "'x' is called"),
    "a value of the future": ("y*x(t + tau)", 3, "'x' is called"),
    "the present, called": ("x(t)", 1, "'x' is called"),
    "a delay by the state": ("x(t - y)", 7, "depends on the state"),
    "a delay of a past value": ("x(t - x(t - tau))", 7, "depends on the state"),
    "an unknown delay": ("a + x(t - taw)", 11, "unknown name 'taw'"),
    "an unknown name behind one": ("x(t - tau) + b", 14, "unknown name 'b'"),
    "an open bracket": ("x(t - tau", 2, "never closed"),
    "nothing after the sign": ("x(t - ) + 1", 1, "'x' is called"),
}


@pytest.mark.parametrize("case", WRONG)
def test_errors_name_equation_and_column(case: str) -> None:
    text, column, words = WRONG[case]
    with pytest.raises(EquationError, match=words) as raised:
        delay_system(spec(["x(t - tau)", text]))
    assert f"equation 2, column {column}" in str(raised.value)


def test_a_system_without_a_delay_or_with_an_indexed_state_is_refused() -> None:
    with pytest.raises(SchemaError, match="no equation has a delay"):
        delay_system(spec(["x", "y"]))
    with pytest.raises(SchemaError, match="no past"):
        delay_system(spec(["x[i]"], state="x[i]", size=4))


def test_digests_see_delays_and_not_spaces() -> None:
    one = system_digest(spec(["x(t - tau)", "y"]))
    assert one == system_digest(spec(["x( t  -  tau )", "y"]))
    others = [["x(t - tau/2)", "y"], ["x(t - a)", "y"], ["y(t - tau)", "y"], ["x(t - tau) + 0", "y"]]
    assert len({one, *(system_digest(spec(equations)) for equations in others)}) == 5


def test_the_digest_of_a_system_without_delays_is_that_of_its_trees() -> None:
    assert to_json(parse("-x", ["x"])) == ["negate", ["name", "x"]]
