"""Stiff flows: order, damping of fast modes, published stiff problems, independence of batch, threads and prefix."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dynarena.engines import radau_flow
from dynarena.engines.ode import Ode
from dynarena.engines.piecewise_code import field_code
from dynarena.engines.radau import radau
from dynarena.engines.radau_coefficients import radau_tableau
from dynarena.engines.radau_flow import ImplicitFlow
from dynarena.errors import SchemaError, UnknownName, UsageError
from dynarena.schema.system import SystemSpec

VAN_DER_POL = {
    "state": ["x", "v"], "equations": ["v", "mu*(1 - x**2)*v - x"], "parameters": {"mu": 1000},
    "solver": {"method": "radau", "step": 10}, "start": {"box": {"x": [1, 2], "v": [-0.001, 0]}},
}  # fmt: skip
ROBERTSON = {
    "state": ["a", "b", "c"],
    "equations": ["-0.04*a + 1e4*b*c", "0.04*a - 1e4*b*c - 3e7*b**2", "3e7*b**2"],
    "solver": {"method": "radau", "step": 100},
    "start": {"box": {"a": [1, 1], "b": [0, 0], "c": [0, 0]}},
}
LORENZ = {
    "state": ["x", "y", "z"], "equations": ["10*(y - x)", "x*(28 - z) - y", "x*y - 8/3*z"],
    "solver": {"method": "radau", "step": 0.1}, "start": {"box": {"x": [-9, -8], "y": [-9, -8], "z": [26, 28]}},
}  # fmt: skip
PROTHERO_ROBINSON = {  # y' = -k (y - sin t) + cos t, with time as a state
    "state": ["y", "t"], "equations": ["-k*(y - sin(t)) + cos(t)", "1"], "parameters": {"k": 1e6},
    "solver": {"method": "radau", "step": 0.25}, "start": {"box": {"y": [0, 0], "t": [0, 0]}},
}  # fmt: skip
NO_ANGLES = np.array([], dtype=np.int64)


def flow(content: dict[str, object], **changes: object) -> ImplicitFlow:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": "ode"} | content | changes
    simulator = Ode().compile(SystemSpec.model_validate(whole))
    assert isinstance(simulator, ImplicitFlow)
    return simulator


def unhalved(
    content: dict[str, object], start: list[float], p: list[float], h: float, n: int, stages: int
) -> np.ndarray:
    """n equal steps without control of the error."""
    code = field_code(flow(content).system)
    out = np.empty((1, 2, len(start)))
    out[:, 0] = start
    rows = np.array([p])
    radau(code.field, code.slopes, rows, h, n, np.inf, radau_tableau(stages), NO_ANGLES, out, 0, 1)
    return out[0, 1]


@pytest.mark.parametrize(("stages", "steps", "order"), [(3, 32, 5), (5, 16, 9)])
def test_halving_the_step_divides_the_error_by_two_to_the_order(stages: int, steps: int, order: int) -> None:
    start = [-9.7, -15.0, 20.5]
    exact = unhalved(LORENZ, start, [], 0.5 / 500, 500, 5)
    errors = [np.abs(unhalved(LORENZ, start, [], 0.5 / n, n, stages) - exact).max() for n in (steps // 2, steps)]
    assert np.log2(errors[0] / errors[1]) > order - 0.6
    assert errors[0] > 1e-12  # above rounding


@pytest.mark.parametrize("stages", [3, 5, 7])
def test_the_coefficients_integrate_polynomials_exactly_and_their_spectral_form_is_the_inverse(stages: int) -> None:
    tableau = radau_tableau(stages)
    a = np.linalg.inv(tableau.inverse)
    for power in range(1, 2 * stages):  # quadrature order 2s - 1 of the last row
        assert a[-1] @ tableau.nodes ** (power - 1) == pytest.approx(1 / power, rel=1e-12)
    rebuilt = (tableau.right * tableau.poles) @ tableau.left
    assert np.allclose(rebuilt.real, tableau.inverse, rtol=1e-10, atol=1e-10)


def test_three_stages_have_the_published_coefficients() -> None:
    root = np.sqrt(6)
    tableau = radau_tableau(3)
    assert tableau.nodes == pytest.approx([(4 - root) / 10, (4 + root) / 10, 1], rel=1e-15)
    assert tableau.poles[0].real == pytest.approx(3 + 3 ** (2 / 3) - 3 ** (1 / 3), rel=1e-15)
    published = np.array([-13 - 7 * root, -13 + 7 * root, -1]) / 3 / tableau.poles[0].real
    assert tableau.error == pytest.approx(published, rel=1e-14)


def test_one_step_of_a_fast_mode_is_the_pade_approximation_and_forgets_what_is_infinitely_fast() -> None:
    linear = {"state": ["y"], "equations": ["-k*y"], "parameters": {"k": 1}, "solver": {"method": "radau", "step": 1},
              "start": {"box": {"y": [1, 1]}}}  # fmt: skip
    z = -2.0  # the (2, 3) approximation of exp(z), of order 5
    pade = (1 + 2 * z / 5 + z**2 / 20) / (1 - 3 * z / 5 + 3 * z**2 / 20 - z**3 / 60)
    assert unhalved(linear, [1.0], [2.0], 1.0, 1, 3)[0] == pytest.approx(pade, rel=1e-13)
    ends = [abs(unhalved(linear, [1.0], [k], 1.0, 1, 5)[0]) for k in (1e2, 1e4, 1e8)]
    assert ends[0] > ends[1] > ends[2] and ends[2] < 1e-7


def test_a_slow_solution_beside_a_very_fast_mode_is_followed_with_steps_a_million_times_the_fast_time() -> None:
    simulator = flow(PROTHERO_ROBINSON)
    ran = simulator.run(np.zeros((1, 2)), {"k": 1e6}, 0.25, 41)[0]
    assert np.abs(ran[:, 0] - np.sin(ran[:, 1])).max() < 1e-11
    assert ran[:, 1] == pytest.approx(0.25 * np.arange(41), abs=1e-13)


def test_relaxation_oscillations_agree_with_an_independent_implicit_solver_and_with_the_explicit_check() -> None:
    simulator, start = flow(VAN_DER_POL), np.array([[2.0, 0.0]])
    ran = simulator.run(start, {"mu": 1000.0}, 100.0, 19)[0]
    times = 100.0 * np.arange(19)

    def f(_: float, y: np.ndarray) -> list[float]:
        return [y[1], 1000 * (1 - y[0] ** 2) * y[1] - y[0]]

    def slopes(_: float, y: np.ndarray) -> list[list[float]]:
        return [[0, 1], [-2000 * y[0] * y[1] - 1, 1000 * (1 - y[0] ** 2)]]

    tight = solve_ivp(f, (0, times[-1]), start[0], "Radau", times, rtol=1e-12, atol=1e-15, jac=slopes).y.T
    assert np.abs(ran[:, 0] - tight[:, 0]).max() < 1e-10  # two fronts lie between
    assert ran[5, 0] > 0 > ran[10, 0] and ran[-1, 0] > 0
    second = simulator.verify(start, {"mu": 1000.0}, 100.0, 19)[0]
    assert 0 < np.abs(ran - second).max() < 1e-10


def test_robertsons_reaction_reaches_its_published_end() -> None:
    simulator = flow(ROBERTSON)
    start = np.array([[1.0, 0.0, 0.0]])
    end = simulator.run(start, {}, 40.0, 2)[0, -1]
    assert end == pytest.approx([0.7158270688, 9.185534765e-6, 0.2841637457], rel=1e-9)
    assert simulator.verify(start, {}, 40.0, 2)[0, -1] == pytest.approx(end, rel=1e-11)
    late = simulator.run(start, {}, 4e5, 2)[0, -1]
    tight = solve_ivp(
        lambda _, y: simulator.rhs(y, {}), (0, 4e5), start[0], "Radau", rtol=1e-12, atol=1e-22,
        jac=lambda _, y: simulator.jacobian(y, {}),
    )  # fmt: skip
    assert late == pytest.approx(tight.y[:, -1], rel=1e-9)
    assert late.sum() == pytest.approx(1, abs=1e-14)


def test_bits_do_not_depend_on_batch_threads_prefix_or_where_a_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = flow(VAN_DER_POL)
    start = np.array([[2.0, 0.0], [1.3, -0.001], [-1.9, 0.0], [1.05, 0.0]])
    mu = {"mu": np.array([1000.0, 500.0, 50.0, 800.0])}
    monkeypatch.setenv("DYNARENA_THREADS", "3")
    whole = simulator.run(start, mu, 30.0, 40)
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    alone = [simulator.run(start[k : k + 1], {"mu": mu["mu"][k : k + 1]}, 30.0, 40)[0] for k in range(4)]
    assert np.array_equal(whole, np.array(alone))
    assert np.array_equal(simulator.run(start, mu, 30.0, 7), whole[:, :7])
    assert np.array_equal(simulator.run(whole[:, 20], mu, 30.0, 20), whole[:, 20:])


def test_threads_share_coefficients_that_were_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what mpmath computes in two threads at once, some comes out with 15 digits."""
    start, mu = np.array([[2.0, 0.0], [1.9, 0.0], [1.8, 0.0], [1.7, 0.0]]), {"mu": np.full(4, 10.0)}
    simulator = flow(VAN_DER_POL, solver={"method": "radau", "step": 0.1})
    reference = simulator.run(start, mu, 1.0, 4)
    asked = set()

    def coefficients(stages: int) -> Any:
        asked.add(threading.get_ident())
        return radau_tableau(stages)

    monkeypatch.setenv("DYNARENA_THREADS", "4")
    monkeypatch.setattr(radau_flow, "radau_tableau", coefficients)
    assert np.array_equal(simulator.run(start, mu, 1.0, 4), reference)
    assert asked == {threading.get_ident()}


def test_refining_moves_the_result_by_less_than_the_tolerance_allows_and_a_coarser_tolerance_by_more() -> None:
    start, mu = np.array([[2.0, 0.0]]), {"mu": 1000.0}
    fine, coarse = flow(VAN_DER_POL), flow(VAN_DER_POL, solver={"method": "radau", "step": 10, "tolerance": 1e-6})
    reference = fine.run(start, mu, 100.0, 12, refine=2)
    apart = [np.abs(simulator.run(start, mu, 100.0, 12) - reference)[0, :, 0].max() for simulator in (fine, coarse)]
    assert apart[0] < 1e-11 < apart[1] < 1e-3


def test_exponents_of_fast_modes_are_resolved_whatever_the_step() -> None:
    linear = {"state": ["x", "y"], "equations": ["-k*(x - y)", "-y"], "parameters": {"k": 300},
              "solver": {"method": "radau", "step": 0.5}, "start": {"box": {"x": [1, 2], "y": [1, 2]}}}  # fmt: skip
    growth = flow(linear).growth(np.array([[1.0, 1.5]]), {"k": 300.0})
    growth.grow(1.0)
    logs, volume, span = growth.grow(1.0)
    assert np.sort(logs[0]) / span == pytest.approx([-300, -1], rel=1e-8)
    assert volume[0] / span == pytest.approx(-301, rel=1e-12)


def test_tangents_follow_fronts_that_are_steep_but_not_fast() -> None:
    """The slope of the front is 1e4 times its eigenvalues: steps that resolved the Jacobian's norm would be as many."""
    front = {"state": ["x", "y"], "equations": ["1 - x*y", "1 + tanh(1e4*(x - 1)) - y"],
             "solver": {"method": "radau", "step": 0.1}, "start": {"box": {"x": [0.5, 0.6], "y": [0, 0]}}}  # fmt: skip
    start, nudge = np.array([[0.53, 0.0]]), 1e-7
    growth = flow(front).growth(start, {})
    logs, volume, span = growth.grow(2.0)
    ends = flow(front).run(np.concatenate([start, start + [[nudge, 0], [0, nudge]]]), {}, span, 2)[:, 1]
    assert growth.states[0] == pytest.approx(ends[0], abs=1e-9)
    assert logs.sum() == pytest.approx(volume[0], abs=1e-8)
    assert logs.sum() == pytest.approx(np.log(np.abs(np.linalg.det((ends[1:] - ends[0]) / nudge))), abs=1e-4)


def test_an_indexed_state_is_written_out_site_by_site() -> None:
    ring = {
        "state": "q[i]", "size": 4, "equations": ["k*(q[i+1] - 2*q[i] + q[i-1])"], "parameters": {"k": 1e5},
        "solver": {"method": "radau", "step": 1}, "start": {"box": {"q": [0, 1]}},
    }  # fmt: skip
    simulator = flow(ring)
    end = simulator.run(np.array([[1.0, 2.0, 3.0, 6.0]]), {"k": 1e5}, 1.0, 2)[0, -1]
    assert end == pytest.approx([3.0] * 4, rel=1e-13)
    early = simulator.run(np.array([[1.0, 0.0, 0.0, 0.0]]), {"k": 1.0}, 0.5, 2)[0, -1]
    slow, fast = np.exp(-1.0), np.exp(-2.0)
    assert early == pytest.approx(
        [0.25 + slow / 2 + fast / 4, 0.25 - fast / 4] * 1 + [0.25 - slow / 2 + fast / 4, 0.25 - fast / 4], rel=1e-11
    )


def test_a_blow_up_stays_in_its_own_row() -> None:
    explosion = {"state": ["y"], "equations": ["y**2"], "solver": {"method": "radau", "step": 0.1},
                 "start": {"box": {"y": [1, 1]}}}  # fmt: skip
    code = field_code(flow(explosion).system)
    out = np.zeros((2, 3, 1))
    out[:, 0, 0] = [0.25, 10.0]
    radau(code.field, code.slopes, np.empty((2, 0)), 0.1, 10, 1e-9, radau_tableau(5), NO_ANGLES, out, 0, 2)
    assert out[0, :, 0] == pytest.approx([0.25, 1 / 3, 0.5], rel=1e-10)
    assert np.isnan(out[1, 1:]).all()


BROKEN = {
    "an unknown method": ({"method": "radaus", "step": 1}, UnknownName, "radau"),
    "a tolerance of the explicit method": ({"step": 1, "tolerance": 1e-9}, UnknownName, "tolerance"),
    "a tolerance of zero": ({"method": "radau", "step": 1, "tolerance": 0}, SchemaError, "out of range"),
    "a tolerance that is no number": ({"method": "radau", "step": 1, "tolerance": True}, SchemaError, "out of range"),
    "no step": ({"method": "radau"}, SchemaError, "no step"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_solver_table_that_cannot_be_meant_is_refused(case: str) -> None:
    solver, error, text = BROKEN[case]
    with pytest.raises(error, match=text):
        flow(VAN_DER_POL, solver=solver)


def test_a_sampling_step_that_is_not_positive_is_refused() -> None:
    with pytest.raises(UsageError, match="not positive"):
        flow(VAN_DER_POL).run(np.ones((1, 2)), {"mu": 1.0}, 0.0, 3)
