"""Fields by formula: what is believed, what is refused, bits, and an independent integrator's word."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from spectral_builders import simulator as spectral
from spectral_builders import streams

from dynarena.engines.field_closed_form import FieldClosedForm, FieldSolution
from dynarena.engines.field_erf import double_erf, extended_erf
from dynarena.errors import DataError, EquationError, SchemaError, UnknownName, UsageError
from dynarena.schema.system import SystemSpec

HEAT: dict[str, Any] = {
    "schema": 1, "title": "test", "about": "", "source": "", "engine": "field_closed_form", "state": ["u"],
    "equations": ["nu*lap(u)"], "timescale": 1, "parameters": {"nu": 0.1},
    "domain": {"length": ["2*pi"], "points": [32]},
    "solver": {"d": "exp(-nu*k**2*t)", "u": "a*d*sin(k*x)"},
    "start": {"box": {"a": [1, 2]}, "options": {"k": 2}},
    "splits": {"short": {"options": {"k": 3}}, "wide": {"parameters": {"nu": [0.1, 0.3]}, "box": {"a": [3, 4]}}},
}  # fmt: skip


def solution(**changes: Any) -> FieldSolution:
    return FieldClosedForm().compile(SystemSpec.model_validate(HEAT | changes))


def started(sim: FieldSolution, count: int, split: str = "test") -> tuple[dict[str, Any], Any]:
    parameters = sim.parameters(streams(count), split)
    return parameters, sim.start(streams(count), parameters, split)


def test_the_error_function_is_that_of_arbitrary_precision() -> None:
    x = np.concatenate([np.linspace(-7, 7, 501), [0.0, 1e-300, -1e-9, 30.0, np.inf, -np.inf]])
    exact = np.array([float(mpmath.erf(value)) for value in x])
    assert np.allclose(double_erf(x), exact, rtol=2e-15, atol=0)
    assert np.allclose(extended_erf(x.astype(np.longdouble)).astype(float), exact, rtol=2e-16, atol=0)
    assert np.isnan(double_erf(np.nan))


@pytest.mark.parametrize("split", ["test", "short", "wide"])
def test_states_are_the_formula_at_every_time(split: str) -> None:
    sim = solution()
    parameters, start = started(sim, 3, split)
    later = sim.advance(start, parameters, 0.7)
    path = sim.run(later, parameters, 0.25, 5)
    t = 0.7 + 0.25 * np.arange(5)
    k = 3 if split == "short" else 2
    a, nu = start[:, 1], parameters["nu"]
    expected = a[:, None, None] * np.exp(-nu[:, None, None] * k**2 * t[:, None]) * np.sin(k * sim.grid["x"])
    assert np.allclose(path[:, :, 0], expected, rtol=0, atol=1e-14)
    assert np.abs(sim.verify(later, parameters, 0.25, 5) - path).max() < 1e-14
    assert np.array_equal(sim.after(start, parameters, 0.7, 2), later)


def test_trajectories_have_the_same_bits_alone_on_threads_and_as_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    sim = solution()
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    parameters, start = started(sim, 7, "wide")
    whole = sim.run(start, parameters, 0.1, 3000)  # several blocks of times
    few = {name: values[4:6] for name, values in parameters.items()}
    assert np.array_equal(sim.run(start[4:6], few, 0.1, 3000), whole[4:6])
    assert np.array_equal(sim.run(start, parameters, 0.1, 20), whole[:, :20])
    monkeypatch.setenv("DYNARENA_THREADS", "3")
    assert np.array_equal(sim.run(start, parameters, 0.1, 3000), whole)


def test_the_spectral_engine_agrees() -> None:
    """Burgers by Cole and Hopf against an integrator that knows the equation only."""
    formula = solution(
        equations=["-u*dx(u) + nu*lap(u)"],
        solver={"e": "a*exp(-nu*t)", "u": "2*nu*e*sin(x)/(1 + e*cos(x))"}, start={"box": {"a": [0.5, 0.7]}}, splits={},
        domain={"length": ["2*pi"], "points": [128]},
    )  # fmt: skip
    numerical = spectral(["-u*dx(u) + nu*lap(u)"], parameters={"nu": 0.1}, domain={"length": ["2*pi"], "points": [128]})
    parameters, start = started(formula, 2)
    path = formula.run(start, parameters, 0.5, 4)
    assert np.abs(numerical.run(path[:, 0], parameters, 0.5, 4) - path).max() < 1e-10


def test_walls_have_points_in_the_middle_of_cells() -> None:
    sim = solution(domain={"length": [2], "points": [4], "boundary": ["open"]})
    assert np.array_equal(sim.grid["x"], [0.25, 0.75, 1.25, 1.75])
    assert np.array_equal(solution(domain={"length": ["2*pi"], "points": [4]}).grid["x"], np.arange(4) * np.pi / 2)
    coarse = FieldClosedForm().compile(SystemSpec.model_validate(HEAT), resolution=16)
    assert coarse.shape == (1, 16)


WRONG = {
    "a wrong sign": ({"solver": {"u": "a*exp(nu*k**2*t)*sin(k*x)"}}, EquationError, "does not solve its law"),
    "a wrong rate": ({"equations": ["1.00001*nu*lap(u)"]}, EquationError, "1e-0[56]|e-06|e-05"),
    "no period": ({"solver": {"u": "a*x + 0*k"}, "equations": ["0*u"]}, EquationError, "not periodic along x"),
    "no number": ({"solver": {"u": "a*log(-1 - x**2)*k"}}, EquationError, "no value anywhere"),
    "no solution": ({"solver": {}}, SchemaError, "no solution"),
    "an unused part": ({"solver": {"w": "a", "u": "a*exp(-nu*k**2*t)*sin(k*x)"}}, UnknownName, "w"),
    "a part too late": ({"solver": {"u": "a*d*sin(k*x)", "d": "exp(-nu*k**2*t)"}}, EquationError, "unknown name 'd'"),
    "a foreign name": ({"solver": {"u": "b*sin(x)"}}, EquationError, "unknown name 'b'"),
    "an operator": ({"solver": {"u": "dx(a)"}}, EquationError, "unknown function 'dx'"),
    "two meanings": ({"parameters": {"nu": 0.1, "t": 1}}, EquationError, "two meanings"),
    "two equations": ({"equations": ["lap(u)", "u"]}, SchemaError, "2 equations for 1 fields"),
    "a foreign boundary": ({"domain": {"length": [1], "points": [8], "boundary": ["closed"]}}, UnknownName, "open"),
    "three points": ({"domain": {"length": [1], "points": [3]}}, SchemaError, "too few points"),
    "no length": ({"domain": {"length": [0], "points": [8]}}, SchemaError, "no size"),
    "a foreign option": ({"splits": {"far": {"options": {"kk": 3}}}}, UnknownName, "kk"),
    "a foreign quantity": ({"splits": {"far": {"box": {"b": [0, 1]}}}}, UnknownName, "b"),
    "an inverse": ({"equations": ["invlap(u)"]}, EquationError, "inverse Laplacian"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_does_not_fit_is_refused(case: str) -> None:
    changes, kind, words = WRONG[case]
    with pytest.raises(kind, match=words):
        solution(**changes)


def test_wrong_requests_are_refused() -> None:
    sim = solution()
    parameters, start = started(sim, 2)
    for dt, n_points in [(0.0, 3), (np.nan, 3), (0.1, 0)]:
        with pytest.raises(UsageError):
            sim.run(start, parameters, dt, n_points)
    with pytest.raises(SchemaError, match="wrong shape"):
        sim.run(start[:, :2], parameters, 0.1, 2)
    pole = solution(equations=["u**2"], solver={"u": "1/(1/a - t)"}, start={"box": {"a": [3.9, 4]}}, splits={})
    with pytest.raises(DataError, match="no finite value") as raised:
        pole.run(np.array([[0.0, 4.0]]), {"nu": np.array([0.1])}, 0.125, 5)
    assert "t = 0.25" in str(raised.value) and "trajectory 0 of 1" in str(raised.value)
