"""Closed forms: against scipy's and mpmath's elliptic functions, the ODE engine, and their own equations."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.special import ellipj, ellipk

from dynarena.engines.closed_form import ClosedForm, Solution
from dynarena.engines.elliptic import jacobi, quarter_period
from dynarena.engines.ode import Ode
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError, SchemaError, UnknownName, UsageError
from dynarena.schema.system import SystemSpec

PENDULUM = {
    "state": ["theta", "omega"], "equations": ["omega", "-omega0**2*sin(theta)"],
    "parameters": {"omega0": "sqrt(9.81)"}, "solver": {"law": "pendulum"},
    "start": {"box": {"theta": [0.5, 2.7], "omega": [0, 0]}},
}  # fmt: skip
TORUS = {
    "state": ["x", "y"], "equations": ["a", "a*sqrt(2)"], "parameters": {"a": 0.7}, "angles": ["x", "y"],
    "solver": {"law": "rotation"}, "start": {"box": {"x": [0, 6.28], "y": [0, 6.28]}},
}  # fmt: skip
OMEGA0 = np.sqrt(9.81)


def solution(content: dict[str, object], engine: str = "closed_form", **changes: object) -> Solution:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": engine} | content | changes
    spec = SystemSpec.model_validate(whole)
    return ClosedForm().compile(spec) if engine == "closed_form" else Ode().compile(spec)


def start_of(simulator: Solution, n: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    streams = Streams([trajectory_key("test", index) for index in range(n)])
    parameters = simulator.parameters(streams, "train")
    return parameters, simulator.start(streams, parameters, "train")


@pytest.mark.parametrize("m", [0.0, 1e-9, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9])
def test_elliptic_functions_agree_with_thirty_digits(m: float) -> None:
    with mpmath.workdps(30):
        for u in (-3.7, -0.2, 0.0, 1e-8, 0.9, 2.5, 17.3):
            ours = jacobi(u, m, 1.0 - m)
            exact = [float(mpmath.ellipfun(name, u, mpmath.mpf(m))) for name in ("sn", "cn", "dn")]
            assert np.abs(np.array(ours) - exact).max() < (3e-15 if abs(u) < 5 else 3e-14)
        assert quarter_period(1.0 - m) == pytest.approx(float(mpmath.ellipk(mpmath.mpf(m))), rel=1e-15)


def test_a_released_pendulum_follows_the_textbook() -> None:
    simulator = solution(PENDULUM)
    parameters, start = start_of(simulator, 8)
    times = 0.1 * np.arange(170)
    k = np.sin(start[:, :1] / 2)
    sn, cn, dn, _ = ellipj(ellipk(k**2) - OMEGA0 * times, k**2)
    textbook = np.stack([2 * np.arcsin(k * sn), -2 * k * OMEGA0 * cn], axis=-1)
    run = simulator.run(start, parameters, 0.1, 170)
    assert np.abs(run[..., 0] - textbook[..., 0]).max() < 1e-12
    assert np.abs(run[..., 1] - textbook[..., 1]).max() < 1e-12 * 10


@pytest.mark.parametrize("content", [PENDULUM, TORUS])
def test_it_agrees_with_the_integrator_from_any_state(content: dict[str, object]) -> None:
    simulator = solution(content)
    numerical = solution({**content, "solver": {"step": 0.01}}, "ode")
    parameters, start = start_of(simulator, 6)
    start = simulator.advance(start, parameters, 1.234)
    run, other = simulator.run(start, parameters, 0.1, 100), numerical.run(start, parameters, 0.1, 100)
    assert np.abs(np.angle(np.exp(1j * (run - other)))).max() < 1e-12
    assert np.array_equal(run[:, 0], start)


@pytest.mark.parametrize("content", [PENDULUM, TORUS])
def test_many_digits_agree_after_a_long_time(content: dict[str, object]) -> None:
    simulator = solution(content)
    parameters, start = start_of(simulator, 3)
    start = simulator.advance(start, parameters, 0.77)
    run, exact = simulator.run(start, parameters, 100.0, 8), simulator.verify(start, parameters, 100.0, 8)
    assert np.abs(np.angle(np.exp(1j * (run - exact)))).max() < 2e-12


def test_a_pendulum_keeps_its_energy_and_returns_after_its_period() -> None:
    simulator = solution(PENDULUM)
    parameters, start = start_of(simulator, 5)
    run = simulator.run(start, parameters, 0.37, 3000)
    energy = run[..., 1] ** 2 / 2 - 9.81 * np.cos(run[..., 0])
    assert np.abs(energy - energy[:, :1]).max() < 1e-12
    for row in range(5):
        period = 4 * quarter_period(np.cos(start[row, 0] / 2) ** 2) / OMEGA0
        later = simulator.advance(start[row : row + 1], {"omega0": parameters["omega0"][row : row + 1]}, period)
        assert np.abs(later - start[row]).max() < 1e-13 * 20


def test_a_pendulum_at_rest_stays_and_one_near_the_top_lingers() -> None:
    simulator = solution(PENDULUM)
    run = simulator.run(np.array([[0.0, 0.0], [3.14, 0.0]]), {"omega0": np.full(2, OMEGA0)}, 0.5, 10)
    assert (run[0] == 0).all() and run[1, 1, 0] > 3.13 and run[1].min() < 0
    assert (simulator.verify(np.zeros((1, 2)), {"omega0": np.full(1, OMEGA0)}, 0.5, 3) == 0).all()


@pytest.mark.parametrize("content", [PENDULUM, TORUS])
def test_trajectories_have_the_same_bits_alone_on_threads_and_as_a_prefix(
    content: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = solution(content)
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    parameters, start = start_of(simulator, 7)
    whole = simulator.run(start, parameters, 0.3, 50)
    few = {name: values[4:6] for name, values in parameters.items()}
    assert np.array_equal(simulator.run(start[4:6], few, 0.3, 50), whole[4:6])
    assert np.array_equal(simulator.run(start, parameters, 0.3, 20), whole[:, :20])
    monkeypatch.setenv("DYNARENA_THREADS", "3")
    assert np.array_equal(simulator.run(start, parameters, 0.3, 50), whole)


def test_a_rotation_turns_at_its_rates_and_stays_in_one_turn() -> None:
    simulator = solution(TORUS)
    run = simulator.run(np.array([[1.0, 2.0]]), {"a": np.array([0.7])}, 0.5, 1000)[0]
    t = 0.5 * np.arange(1000)
    expected = np.stack([1.0 + 0.7 * t, 2.0 + 0.7 * np.sqrt(2) * t], axis=1)
    assert run.min() >= 0 and run.max() < 2 * np.pi
    assert np.abs(np.angle(np.exp(1j * (run - expected)))).max() < 1e-12


@pytest.mark.parametrize("content", [PENDULUM, TORUS])
def test_tangent_vectors_do_not_grow_exponentially(content: dict[str, object]) -> None:
    simulator = solution(content)
    parameters, start = start_of(simulator, 4)
    logs, volume, time = simulator.growth(start, parameters).grow(200.0)
    assert np.abs(logs / time).max() < 0.06 and np.abs(volume).max() < 1e-9


@pytest.mark.parametrize(("theta", "omega", "omega0"), [(0.1, 7.0, OMEGA0), (4.0, 0.0, OMEGA0), (np.nan, 0, OMEGA0),
                                                        (np.pi, 0.0, OMEGA0), (1.0, 0.0, -1.0)])  # fmt: skip
def test_a_pendulum_over_the_top_is_refused(theta: float, omega: float, omega0: float) -> None:
    start = np.array([[0.5, 0.0], [theta, omega]])
    with pytest.raises(DataError, match="does not swing") as raised:
        solution(PENDULUM).run(start, {"omega0": np.array([OMEGA0, omega0])}, 0.1, 3)
    assert "trajectory 1" in str(raised.value)


BROKEN = {
    "no law": (PENDULUM, {"solver": {}}, UnknownName, "pendulum"),
    "a foreign law": (PENDULUM, {"solver": {"law": "pendulums"}}, UnknownName, "pendulum"),
    "a foreign key": (PENDULUM, {"solver": {"law": "pendulum", "steps": 1}}, UnknownName, "step"),
    "a zero step": (PENDULUM, {"solver": {"law": "pendulum", "step": 0}}, SchemaError, "not positive"),
    "another pendulum": (PENDULUM, {"parameters": {"omega0": 3, "g": 1}, "state": ["q", "omega"], "equations": [
        "omega", "-omega0**2*sin(q)"], "start": {"box": {"q": [0, 1], "omega": [0, 0]}}}, SchemaError, "no pendulum"),
    "a length": (TORUS, {"angles": ["x"]}, SchemaError, "not every component"),
    "a rate of the state": (TORUS, {"equations": ["a", "a*x"]}, SchemaError, "depends on the state"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_does_not_fit_is_refused(case: str) -> None:
    content, changes, kind, words = BROKEN[case]
    with pytest.raises(kind, match=words):
        solution(content, **changes)


def test_wrong_requests_are_refused() -> None:
    simulator = solution(PENDULUM)
    parameters, start = start_of(simulator, 2)
    for dt, n_points in [(0.0, 3), (np.nan, 3), (0.1, 0)]:
        with pytest.raises(UsageError):
            simulator.run(start, parameters, dt, n_points)
    with pytest.raises(UsageError, match="time cannot go"):
        simulator.advance(start, parameters, -1.0)
