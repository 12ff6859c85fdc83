"""Flows: closed forms, orders, an independent reference, hostile files."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dynarena.engines.ode import Flow, Ode
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError, EquationError, SchemaError, UnknownName, UsageError
from dynarena.schema.system import SystemSpec

LORENZ = {
    "state": ["x", "y", "z"], "equations": ["sigma*(y - x)", "x*(rho - z) - y", "x*y - beta*z"],
    "parameters": {"sigma": 10, "rho": 28, "beta": "8/3"}, "solver": {"step": 0.01},
    "start": {"box": {"x": [-15, 15], "y": [-20, 20], "z": [5, 40]}},
    "splits": {"hot": {"parameters": {"rho": [30, 40]}, "box": {"x": [1, 2]}}},
}  # fmt: skip
OSCILLATOR = {
    "state": ["q", "v"], "equations": ["v", "-k*q"], "parameters": {"k": 4}, "solver": {"step": 0.1},
    "start": {"box": {"q": [1, 1], "v": [0, 0]}},
}  # fmt: skip


def flow(content: dict[str, object], **changes: object) -> Flow:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": "ode"} | content | changes
    return Ode().compile(SystemSpec.model_validate(whole))


def seeds(n: int) -> Streams:
    return Streams([trajectory_key("test", index) for index in range(n)])


def start_of(simulator: Flow, n: int, split: str = "train") -> tuple[dict[str, np.ndarray], np.ndarray]:
    parameters = simulator.parameters(seeds(n), split)
    return parameters, simulator.start(seeds(n), parameters, split)


def test_an_oscillator_follows_its_closed_form_by_both_methods() -> None:
    simulator = flow(OSCILLATOR)
    parameters, start = start_of(simulator, 1)
    t = 0.25 * np.arange(41)
    exact = np.stack([np.cos(2 * t), -2 * np.sin(2 * t)], axis=-1)
    assert np.abs(simulator.run(start, parameters, 0.25, 41)[0] - exact).max() < 1e-11
    assert np.abs(simulator.verify(start, parameters, 0.25, 41)[0] - exact).max() < 1e-12


@pytest.mark.parametrize(("method", "order", "step"), [("run", 8, 0.8), ("verify", 10, 1.6)])
def test_halving_the_step_divides_the_error_by_two_to_the_order(method: str, order: int, step: float) -> None:
    errors = []
    for h in (step, step / 2):
        simulator = flow(OSCILLATOR, solver={"step": h})
        parameters, start = start_of(simulator, 1)
        end = getattr(simulator, method)(start, parameters, 3.2, 2)[0, -1]
        errors.append(np.abs(end - [np.cos(6.4), -2 * np.sin(6.4)]).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.8)


def test_lorenz_stays_within_1e_7_standard_deviations_of_a_tight_reference_over_eight_lyapunov_times() -> None:
    simulator = flow(LORENZ)
    parameters, start = start_of(simulator, 3)
    start = simulator.advance(start, parameters, 20.0)
    n, dt = 1180, 0.0075
    ours = simulator.run(start, parameters, dt, n)
    std = ours.std(axis=(0, 1))

    def f(_: float, y: np.ndarray) -> list[float]:
        return [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]]

    for row in range(3):
        times = dt * np.arange(n)
        tight = solve_ivp(f, (0, times[-1]), start[row], "DOP853", times, rtol=2.3e-14, atol=1e-14).y.T
        assert (np.abs(ours[row] - tight) / std).max() < 1e-7


def test_refining_and_verifying_agree_over_one_lyapunov_time_and_a_map_of_steps_is_even() -> None:
    simulator = flow(LORENZ)
    parameters, start = start_of(simulator, 5)
    start = simulator.advance(start, parameters, 20.0)
    run = simulator.run(start, parameters, 0.02, 56)
    assert np.abs(run - simulator.run(start, parameters, 0.02, 56, refine=2)).max() < 1e-8
    assert np.abs(run - simulator.verify(start, parameters, 0.02, 56)).max() < 1e-8
    assert not np.array_equal(run, simulator.verify(start, parameters, 0.02, 56))


def test_parameters_are_as_stated_or_drawn_within_the_splits_range() -> None:
    simulator = flow(LORENZ)
    stated, drawn = simulator.parameters(seeds(50), "train"), simulator.parameters(seeds(50), "hot")
    assert set(stated["beta"]) == {8 / 3} and set(stated["rho"]) == {28.0}
    assert drawn["rho"].min() >= 30 and drawn["rho"].max() <= 40 and len(set(drawn["rho"])) == 50
    assert (simulator.start(seeds(50), drawn, "hot")[:, 0] > 1).all()
    assert np.array_equal(simulator.start(seeds(9), {}, "train"), simulator.start(seeds(50), {}, "train")[:9])


def test_parameters_that_refer_to_a_drawn_one_follow_it() -> None:
    simulator = flow(OSCILLATOR, parameters={"k": "w**2", "w": 2}, splits={"fast": {"parameters": {"w": [3, 4]}}})
    drawn = simulator.parameters(seeds(5), "fast")
    assert np.array_equal(drawn["k"], drawn["w"] * drawn["w"]) and drawn["w"].min() > 3


def test_right_hand_side_and_jacobian_take_any_leading_axes() -> None:
    simulator = flow(LORENZ)
    state = np.random.default_rng(0).normal(size=(4, 5, 3)) * 10
    parameters = {"sigma": 10.0, "rho": np.linspace(20, 30, 5), "beta": 8 / 3}
    x, y, z = np.moveaxis(state, -1, 0)
    rho = parameters["rho"]
    expected = np.stack([10 * (y - x), x * (rho - z) - y, x * y - 8 / 3 * z], axis=-1)
    assert np.array_equal(simulator.rhs(state, parameters), expected)
    jacobian = simulator.jacobian(state, parameters)
    assert jacobian.shape == (4, 5, 3, 3)
    assert np.array_equal(jacobian[..., 1, :], np.stack([rho - z, -np.ones_like(x), -x], axis=-1))
    assert simulator.rhs(np.zeros(3), {"sigma": 1, "rho": 1, "beta": 1}).shape == (3,)


def test_an_indexed_state_is_periodic_with_an_exact_jacobian() -> None:
    ring = {
        "state": "q[i]", "size": 5, "equations": ["(q[i+1] - q[i-2])*q[i-1] - q[i]**2 + F"], "parameters": {"F": 8},
        "solver": {"step": 0.01}, "start": {"box": {"q": [-1, 1]}},
    }  # fmt: skip
    simulator = flow(ring)
    q = np.random.default_rng(1).normal(size=5)
    assert simulator.labels == ("q0", "q1", "q2", "q3", "q4")
    expected = (np.roll(q, -1) - np.roll(q, 2)) * np.roll(q, 1) - q**2 + 8
    assert np.allclose(simulator.rhs(q, {"F": 8}), expected, rtol=1e-15)
    h = 1e-6 * np.eye(5)
    slopes = (simulator.rhs(q + h, {"F": 8}) - simulator.rhs(q - h, {"F": 8})).T / 2e-6
    assert np.allclose(simulator.jacobian(q, {"F": 8}), slopes, atol=1e-8)


def test_offsets_that_meet_around_a_small_ring_add_up() -> None:
    ring = {
        "state": "q[i]", "size": 2, "equations": ["q[i+1]*q[i-1]"], "solver": {"step": 0.1},
        "start": {"box": {"q": [0, 1]}},
    }  # fmt: skip
    simulator = flow(ring)
    assert simulator.jacobian(np.array([3.0, 5.0]), {}).tolist() == [[0.0, 10.0], [6.0, 0.0]]


def test_a_run_begins_with_its_start() -> None:
    simulator = flow(LORENZ)
    parameters, start = start_of(simulator, 2)
    assert np.array_equal(simulator.run(start, parameters, 0.1, 5)[:, 0], start)
    assert np.array_equal(simulator.run(start, parameters, 0.1, 1)[:, 0], start)
    assert np.array_equal(simulator.advance(start, parameters, 0.0), start)


@pytest.mark.parametrize("method", ["run", "verify", "advance"])
def test_a_blow_up_is_refused_with_its_trajectory_time_component_and_bound(method: str) -> None:
    simulator = flow(OSCILLATOR, equations=["v", "k*q**3"])
    start, parameters = np.array([[0.0, 0.0], [10.0, 10.0]]), {"k": np.array([1.0, 50.0])}
    arguments = (5.0,) if method == "advance" else (0.1, 50)
    with pytest.raises(DataError) as caught:
        getattr(simulator, method)(start, parameters, *arguments)
    where = str(caught.value.where)
    assert "T, trajectory 1 of 2" in where and "t = " in where
    assert caught.value.expected is not None and re.fullmatch(r"\|[qv]\| < 1e\+12", caught.value.expected)
    assert caught.value.got is not None and caught.value.got.split(" = ")[0] in ("q", "v")


def test_a_blow_up_is_named_by_the_first_point_and_component_beyond_the_bound() -> None:
    two = {"state": ["p", "q"], "equations": ["-p", "k*q"], "start": {"box": {"p": [1, 1], "q": [1, 1]}}}
    simulator, parameters = flow(OSCILLATOR, **two), {"k": np.full(1, 4.0)}
    with pytest.raises(DataError) as caught:  # e^(4 t) passes 1e12 at t = 6.91
        simulator.run(np.ones((1, 2)), parameters, 0.5, 40)
    assert caught.value.where == "T, trajectory 0 of 1, t = 7" and caught.value.expected == "|q| < 1e+12"
    assert caught.value.got == f"q = {np.exp(28):.6g}"
    assert simulator.run(np.ones((1, 2)), parameters, 0.5, 14).max() == pytest.approx(np.exp(26), rel=1e-6)


def test_starts_outside_all_bounds_are_refused() -> None:
    simulator = flow(OSCILLATOR)
    with pytest.raises(DataError, match="left all bounds"):
        simulator.run(np.array([[np.nan, 0.0]]), {"k": np.ones(1)}, 0.1, 3)


BROKEN = {
    "no step": ({"solver": {}}, SchemaError, "no step"),
    "a zero step": ({"solver": {"step": 0}}, SchemaError, "positive"),
    "a foreign key": ({"solver": {"setp": 1}}, UnknownName, "'step'"),
    "too few equations": ({"equations": ["v"]}, SchemaError, "do not match"),
    "an unknown name": ({"equations": ["v", "-kk*q"]}, EquationError, "'k'"),
    "a name twice": ({"state": ["q", "q"]}, EquationError, "unknown name 'v'"),
    "a parameter named as a state": ({"parameters": {"k": 1, "q": 2}}, SchemaError, "stands twice"),
    "no start": ({"start": {"box": {"q": [0, 1]}}}, SchemaError, "no start"),
    "a foreign start": ({"start": {"box": {"q": [0, 1], "v": [0, 1], "w": [0, 1]}}}, UnknownName, "'w'"),
    "a foreign parameter": ({"splits": {"s": {"parameters": {"kk": [1, 2]}}}}, UnknownName, "'k'"),
    "a foreign angle": ({"angles": ["theta"]}, UnknownName, "theta"),
    "a circle": ({"parameters": {"k": "a", "a": "k"}}, EquationError, "circle"),
    "no size": ({"state": "q[i]"}, SchemaError, "incomplete"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_does_not_fit_is_refused(case: str) -> None:
    changes, kind, words = BROKEN[case]
    with pytest.raises(kind, match=words):
        flow(OSCILLATOR, **changes)


@pytest.mark.parametrize(
    ("dt", "n_points", "words"),
    [(0.0, 3, "not positive"), (-0.1, 3, "dt = -0.1"), (np.nan, 3, "dt = nan"), (np.inf, 3, "dt = inf"),
     (0.1, 0, "n_points = 0"), (0.1, -4, "n_points = -4")],
)  # fmt: skip
def test_requests_without_an_answer_are_refused(dt: float, n_points: int, words: str) -> None:
    simulator = flow(OSCILLATOR)
    for method in (simulator.run, simulator.verify):
        with pytest.raises(UsageError, match=words):
            method(np.zeros((1, 2)), {"k": np.ones(1)}, dt, n_points)


def test_wrong_requests_are_refused() -> None:
    simulator = flow(OSCILLATOR)
    for duration in (-1.0, np.nan, np.inf):
        with pytest.raises(UsageError, match="duration"):
            simulator.advance(np.zeros((1, 2)), {"k": np.ones(1)}, duration)
    with pytest.raises(UnknownName, match="'k'"):
        simulator.run(np.zeros((1, 2)), {}, 0.1, 3)
    with pytest.raises(SchemaError, match="wrong shape"):
        simulator.run(np.zeros((1, 3)), {"k": np.ones(1)}, 0.1, 3)
    with pytest.raises(SchemaError, match="wrong length"):
        simulator.rhs(np.zeros(3), {"k": 1})
