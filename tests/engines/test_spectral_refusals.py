"""Files that do not fit the engine are refused with what is wrong and what to do."""

import pytest
from spectral_builders import simulator

from dynarena.errors import EquationError, SchemaError, UnknownName


@pytest.mark.parametrize(
    ("equation", "words"),
    [
        ("x*u", "periodic along x"),
        ("cos(x/3)", "periodic along x"),
        ("lap(u) + u*dx(x**2)", "periodic along x"),
        ("u*dx(u**2*v)", "product rule"),
        ("sin(dx(u*v))", "chain rule"),
        ("dy(u)", "axis that the box lacks"),
        ("dq(u)", "dq"),
        ("laplace(u)", "laplace"),
        ("w*u", "w"),
        ("u.real", "grammar"),
        ("(1 + u + v)**64 * (1 + u)**64", "too large"),
        ("u[i]", "u"),
        ("mean(u)", "mean"),
    ],
)
def test_an_equation_outside_the_engine_is_refused(equation: str, words: str) -> None:
    with pytest.raises(EquationError) as caught:
        simulator([equation, "lap(v)"], state=["u", "v"])
    assert words in str(caught.value)
    assert "equation 1" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "u[i]"}, "names its fields"),
        ({"state": ["u", "v"]}, "1 equations for 2 fields"),
        ({"domain": None}, "needs a box"),
        ({"domain": {"length": [1] * 4, "points": [8] * 4}}, "1 to 3 axes"),
        ({"domain": {"length": [-1], "points": [64]}}, "positive length"),
        ({"domain": {"length": [1], "points": [63]}}, "even number"),
        ({"domain": {"length": [1], "points": [4]}}, "even number"),
        ({"solver": {}}, "time step is not stated"),
        ({"solver": {"step": True}}, "time step is not stated"),
        ({"solver": {"step": 0}}, "not positive"),
        ({"solver": {"step": 0.1, "steps": 3}}, "steps"),
        ({"parameters": {"x": 1}}, "two meanings"),
        ({"parameters": {"lap": 1}}, "two meanings"),
        ({"start": {"law": "furier"}}, "formula, fourier, gaussians"),
        ({"start": {"law": "fourier", "box": {"a": [0, 1]}}}, "draws nothing from a box"),
        ({"start": {"law": "formula", "options": {"u": "sin(x) + b"}}}, "b"),
        ({"start": {"law": "formula", "options": {"w": "sin(x)"}}}, "no option 'w'"),
        ({"start": {"law": "fourier", "options": {"velocity": "vorticity"}}}, "no velocity"),
        ({"start": {"law": "fourier", "options": {"cutof": 3}}}, "cutof"),
        ({"start": {"law": "fourier"}, "splits": {"far": {"options": {"width": 3}}}}, "width"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(changes: dict, words: str) -> None:
    with pytest.raises(SchemaError) as caught:
        simulator(["lap(u)"], **changes)
    assert words in str(caught.value)
    assert caught.value.fix


def test_coefficients_that_are_not_finite_are_refused_at_once() -> None:
    bomb = "9**64"
    for _ in range(8):
        bomb = f"({bomb})**64"
    for coefficient in (bomb, "1/0", "1/(a - a)", "2**64*9**64*9**64*9**64*9**64*9**64*9**64"):
        with pytest.raises(EquationError, match="finite"):
            simulator([f"u*{coefficient}"], parameters={"a": 1})


def test_an_unknown_split_suggests_the_nearest() -> None:
    from spectral_builders import streams

    with pytest.raises(UnknownName, match="train"):
        simulator(["lap(u)"]).parameters(streams(1), "trian")


def test_a_function_of_position_may_depend_on_parameters_and_periods() -> None:
    sim = simulator(["cos(n*x) + u*sin(2*pi*x/L) + exp(sin(x))"], parameters={"n": 3, "L": "2*pi"})
    assert len(sim.plan.forcing) == 1
