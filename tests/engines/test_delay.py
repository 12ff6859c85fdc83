"""Equations with delays: closed forms, order, a second method, an independent one, histories, hostile input."""

from __future__ import annotations

from math import factorial, floor

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dynarena.engines.delay import Delay, DelayFlow
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import EquationError, SchemaError, UnknownName, UsageError
from dynarena.schema.system import SystemSpec

LINEAR = {
    "state": ["x"], "equations": ["-x(t - tau)"], "parameters": {"tau": 1}, "solver": {"step": 0.25},
    "start": {"box": {"x": [1, 1]}},
}  # fmt: skip
BLOOD = {
    "state": ["x"], "equations": ["beta*x(t - tau)/(1 + x(t - tau)**10) - gamma*x"],
    "parameters": {"beta": 0.2, "gamma": 0.1, "tau": 17}, "solver": {"step": 0.5}, "start": {"box": {"x": [0.5, 1.3]}},
    "splits": {"long": {"parameters": {"tau": [18, 23]}}},
}  # fmt: skip


def flow(content: dict[str, object], **changes: object) -> DelayFlow:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": "delay"} | content | changes
    return Delay().compile(SystemSpec.model_validate(whole))


def seeds(n: int) -> Streams:
    return Streams([trajectory_key("test", index) for index in range(n)])


def start_of(simulator: DelayFlow, n: int, split: str = "train") -> tuple[dict[str, np.ndarray], np.ndarray]:
    parameters = simulator.parameters(seeds(n), split)
    return parameters, simulator.start(seeds(n), parameters, split)


def by_steps(t: float) -> float:
    """x' = -x(t - 1) from a past of ones: a polynomial for each unit of time."""
    return sum((-1) ** k * max(t - k + 1, 0.0) ** k / factorial(k) for k in range(floor(t) + 2))


def test_the_method_of_steps_is_followed_by_both_methods() -> None:
    simulator = flow(LINEAR)
    parameters, start = start_of(simulator, 2)
    exact = np.array([by_steps(0.3 * point) for point in range(40)])
    assert np.abs(simulator.run(start, parameters, 0.3, 40)[..., 0] - exact).max() < 1e-12
    assert np.abs(simulator.verify(start, parameters, 0.3, 40)[..., 0] - exact).max() < 1e-12


@pytest.mark.parametrize(("method", "step"), [("run", 1.0), ("verify", 2.0)])
def test_halving_the_step_divides_the_error_by_two_to_the_eighth_at_least(method: str, step: float) -> None:
    """x' = a x + b x(t - 2) with x = exp(r t), where a = r - b exp(-2 r)."""
    r, b, tau = 1.7, -3.0, 2.0
    errors = []
    for h in (step, step / 2):
        simulator = flow(LINEAR, equations=["a*x + b*x(t - tau)"], parameters={"a": r - b * np.exp(-tau * r), "b": b,
                         "tau": tau}, solver={"step": h})  # fmt: skip
        parameters, start = start_of(simulator, 1)
        times = tau * (_times(simulator) - 1.0)
        start[0, :, 0] = np.exp(r * times)
        end = getattr(simulator, method)(start, parameters, 4.0, 2)[0, -1, 0]
        errors.append(abs(end / np.exp(4.0 * r) - 1))
    assert 7.2 < np.log2(errors[0] / errors[1]) < 10


def _times(simulator: DelayFlow) -> np.ndarray:
    """Where the points of a history stand, 0 at the oldest and 1 at the present."""
    probe = flow(LINEAR, solver={"step": 1 / simulator.n_cells})
    _, line = start_of(probe, 1)
    k = np.arange(7)
    points = (np.arange(simulator.n_cells)[:, None] + 0.5 * (1 - np.cos(k * np.pi / 7))).ravel() / simulator.n_cells
    assert len(points) + 1 == line.shape[1]
    return np.append(points, 1.0)


def test_it_agrees_with_an_adaptive_method_of_steps_by_scipy() -> None:
    simulator = flow(BLOOD)
    parameters, start = start_of(simulator, 2)
    start[:] = start[:, :1]
    run = simulator.run(start, parameters, 0.7, 98)
    for row in range(2):
        assert np.abs(run[row, :, 0] - _by_pieces(start[row, 0, 0], 0.7, 98)).max() < 1e-9


def _by_pieces(past: float, dt: float, n_points: int) -> np.ndarray:
    """Mackey and Glass' equation, one delay after the other, each an ordinary equation with a dense solution."""
    pieces, y = [lambda t: past], past
    for piece in range(int(dt * n_points / 17) + 1):

        def f(t: float, x: np.ndarray) -> np.ndarray:
            late = np.squeeze(pieces[-1](t - 17))
            return 0.2 * late / (1 + late**10) - 0.1 * x

        found = solve_ivp(f, (17 * piece, 17 * piece + 17), [y], "DOP853", rtol=1e-12, atol=1e-12, dense_output=True)
        pieces.append(found.sol)
        y = found.y[0, -1]
    return np.array([np.squeeze(pieces[int(t // 17) + 1](t)) for t in dt * np.arange(n_points)])


def test_two_delays_and_two_components_have_their_own_pasts() -> None:
    """x' = x(t - 1) y(t - 1/2), y' = -x(t - 1/2) from constant pasts, integrated by hand up to t = 1/2 and beyond."""
    simulator = flow(
        LINEAR, state=["x", "y"], equations=["x(t - tau)*y(t - tau/2)", "-x(t - tau/2)"], solver={"step": 0.3},
        start={"box": {"x": [2, 2], "y": [3, 3]}},
    )  # fmt: skip
    parameters, start = start_of(simulator, 1)
    t = np.linspace(0, 1, 11)
    run = simulator.run(start, parameters, 0.1, 11)[0]
    late = np.maximum(t - 0.5, 0)
    x = 2 + 6 * np.minimum(t, 0.5) + 6 * late - 2 * late**2
    y = 3 - 2 * np.minimum(t, 0.5) - (2 * late + 3 * late**2)
    assert np.abs(run - np.stack([x, y], axis=1)).max() < 1e-13


def test_a_shorter_delay_that_does_not_fit_the_cells_is_interpolated() -> None:
    simulator = flow(
        LINEAR, equations=["-x(t - 1) + (x(t - tau) + 0)/4"], parameters={"tau": 0.61803398875}, solver={"step": 0.1}
    )
    parameters, start = start_of(simulator, 1)
    run, fine = simulator.run(start, parameters, 0.5, 20), simulator.run(start, parameters, 0.5, 20, refine=8)
    assert np.abs(run - fine).max() < 1e-4
    assert np.abs(fine - simulator.verify(start, parameters, 0.5, 20)).max() < 1e-4


def test_a_run_goes_on_where_another_ended() -> None:
    simulator = flow(BLOOD)
    parameters, start = start_of(simulator, 3)
    start = simulator.advance(start, parameters, 300.0)  # until nothing of the start's kink is left
    whole = simulator.run(start, parameters, 0.9, 60)
    later = simulator.after(start, parameters, 0.9, 31)
    assert later.shape == start.shape == (3, *simulator.full_shape)
    assert np.array_equal(later[:, -1], whole[:, 30])
    assert np.abs(simulator.run(later, parameters, 0.9, 30) - whole[:, 30:]).max() < 1e-12
    assert np.array_equal(later, simulator.advance(start, parameters, 27.0))
    assert np.array_equal(simulator.advance(start, parameters, 0.0), start)


def test_trajectories_have_the_same_bits_alone_in_batches_on_threads_and_as_a_prefix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulator = flow(BLOOD)
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    parameters, start = start_of(simulator, 9, "long")
    start = simulator.advance(start, parameters, 100.0)
    whole, end = simulator.run(start, parameters, 1.3, 80), simulator.after(start, parameters, 1.3, 80)
    for rows in (slice(0, 1), slice(4, 9)):
        few = {name: values[rows] for name, values in parameters.items()}
        assert np.array_equal(simulator.run(start[rows], few, 1.3, 80), whole[rows])
        assert np.array_equal(simulator.after(start[rows], few, 1.3, 80), end[rows])
    assert np.array_equal(simulator.run(start, parameters, 1.3, 33), whole[:, :33])
    monkeypatch.setenv("DYNARENA_THREADS", "3")
    assert np.array_equal(simulator.run(start, parameters, 1.3, 80), whole)
    _, alone = start_of(simulator, 1, "long")
    assert np.array_equal(alone, start_of(simulator, 9, "long")[1][:1])


def test_pasts_are_smooth_differ_and_stay_in_their_box() -> None:
    simulator = flow(BLOOD)
    _, start = start_of(simulator, 200)
    assert start.min() > 0.5 and start.max() < 1.3
    assert start[:, -1].std() > 0.1 and np.abs(start - start[:, -1:]).max(axis=1).min() > 0.005
    assert np.abs(np.diff(start, axis=1)).max() < 0.05


def test_each_trajectory_has_its_own_delay_and_the_longest_has_a_history() -> None:
    simulator = flow(BLOOD)
    assert simulator.longest == 23.0
    parameters, start = start_of(simulator, 4, "long")
    assert len(set(parameters["tau"])) == 4
    run, second = (getattr(simulator, name)(start, parameters, 1.0, 60) for name in ("run", "verify"))
    assert np.abs(run - second).max() < 1e-9


def test_an_angle_is_sampled_in_one_turn_and_its_history_stays_continuous() -> None:
    drift = {"equations": ["2 + cos(x(t - tau))"], "angles": ["x"], "start": {"box": {"x": [0, 6.28]}}}
    simulator, plain = flow(LINEAR, **drift), flow(LINEAR, **(drift | {"angles": []}))
    parameters, start = start_of(simulator, 3)
    run, unfolded = (each.run(start, parameters, 0.5, 400) for each in (simulator, plain))
    assert run.min() >= 0 and run.max() < 2 * np.pi and unfolded.max() > 300
    assert np.abs(np.angle(np.exp(1j * (run - unfolded)))).max() < 1e-11
    later = simulator.after(start, parameters, 0.5, 200)
    assert np.array_equal(later[:, -1], run[:, 199]) and np.abs(np.diff(later, axis=1)).max() < 0.2
    again = simulator.run(later, parameters, 0.5, 201)
    assert np.abs(np.angle(np.exp(1j * (again - run[:, 199:])))).max() < 1e-10


def test_a_delay_longer_than_the_history_is_refused_by_name_with_the_bound() -> None:
    simulator = flow(BLOOD)
    parameters, start = start_of(simulator, 2)
    for tau, words in [(24.0, r"longer than the history(.|\n)*at most 23(.|\n)*x\(t - 24\)"), (-1.0, "not positive"),
                       (0.0, "not positive"), (np.nan, "not positive")]:  # fmt: skip
        with pytest.raises(UsageError, match=words) as raised:
            simulator.run(start, parameters | {"tau": np.array([17.0, tau])}, 1.0, 3)
        assert "trajectory 1" in str(raised.value)
    longer = flow(BLOOD, solver={"step": 0.5, "history": "2*tau"})
    assert longer.longest == 34.0
    parameters, start = start_of(longer, 1)
    assert np.isfinite(longer.run(start, parameters | {"tau": np.array([24.0])}, 1.0, 3)).all()


def test_a_delay_shorter_than_a_step_is_refused() -> None:
    simulator = flow(LINEAR, equations=["-x(t - tau) + x(t - s)/9"], parameters={"tau": 1, "s": 0.5})
    parameters, start = start_of(simulator, 1)
    with pytest.raises(UsageError, match="shorter than a step"):
        simulator.run(start, parameters | {"s": np.array([0.01])}, 1.0, 3)


BROKEN = {
    "no step": ({"solver": {}}, SchemaError, "no step"),
    "a zero step": ({"solver": {"step": 0}}, SchemaError, "not positive"),
    "a tiny step": ({"solver": {"step": 1e-9}}, SchemaError, "too many cells"),
    "a foreign key": ({"solver": {"step": 1, "stepp": 2}}, UnknownName, "step"),
    "half an exponent": ({"solver": {"step": 1, "exponents": 2.5}}, SchemaError, "exponents"),
    "no start": ({"start": {"box": {}}}, SchemaError, "no start"),
    "a foreign start": ({"start": {"box": {"x": [0, 1], "w": [0, 1]}}}, UnknownName, "'w'"),
    "a foreign parameter": ({"splits": {"s": {"parameters": {"taw": [1, 2]}}}}, UnknownName, "'tau'"),
    "a foreign angle": ({"angles": ["theta"]}, UnknownName, "theta"),
    "a negative delay": ({"parameters": {"tau": -1}}, SchemaError, "not positive"),
    "a delay without end": ({"equations": ["-x(t - 1/(tau - 1))"]}, SchemaError, "not positive"),
    "a circle": ({"parameters": {"tau": "a", "a": "tau"}}, EquationError, "circle"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_does_not_fit_is_refused(case: str) -> None:
    changes, kind, words = BROKEN[case]
    with pytest.raises(kind, match=words):
        flow(LINEAR, **changes)


def test_wrong_requests_are_refused() -> None:
    simulator = flow(LINEAR)
    parameters, start = start_of(simulator, 1)
    for dt, n_points, words in [(0.0, 3, "not positive"), (np.nan, 3, "not positive"), (0.1, 0, "no points")]:
        with pytest.raises(UsageError, match=words):
            simulator.run(start, parameters, dt, n_points)
    with pytest.raises(SchemaError, match="not histories"):
        simulator.run(start[:, -1], parameters, 0.1, 3)
    with pytest.raises(UnknownName, match="'tau'"):
        simulator.run(start, {}, 0.1, 3)


def test_a_blow_up_stays_in_its_own_row() -> None:
    simulator = flow(LINEAR, equations=["x(t - tau)**2*a"], parameters={"tau": 1, "a": 1})
    parameters, start = start_of(simulator, 2)
    run = simulator.run(start, parameters | {"a": np.array([0.0, 50.0])}, 1.0, 30)
    assert (run[0] == 1.0).all() and not np.isfinite(run[1]).all()
