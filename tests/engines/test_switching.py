"""Kinks and jumps: closed forms, orders, sliding, saltation, independence of batch, threads and prefix."""

from __future__ import annotations

import numpy as np
import pytest

from dynarena.engines.ode import Flow, Ode
from dynarena.engines.switch_flow import SwitchingFlow, switches
from dynarena.errors import DataError
from dynarena.schema.system import SystemSpec

CHUA = {
    "state": ["x", "y", "z"],
    "equations": ["a*(y - x - (m1*x + (m0 - m1)/2*(abs(x + 1) - abs(x - 1))))", "x - y + z", "-b*y"],
    "parameters": {"a": 15.6, "b": 28, "m0": "-8/7", "m1": "-5/7"}, "solver": {"step": 0.1},
    "start": {"box": {"x": [0.1, 0.7], "y": [-0.1, 0.1], "z": [-0.5, 0.5]}},
}  # fmt: skip
CIRCUIT = {"a": 15.6, "b": 28.0, "m0": -8 / 7, "m1": -5 / 7}
FRICTION = {  # a block on a spring, x'' = -x - mu sign(x'): it sticks where |x| < mu
    "state": ["x", "v"], "equations": ["v", "-x - mu*sign(v)"], "parameters": {"mu": 0.3}, "solver": {"step": 0.1},
    "start": {"box": {"x": [2, 4], "v": [0, 0]}},
}  # fmt: skip
BELT = {  # the same on a belt that moves with speed u: it sticks to the belt until the spring pulls with mu
    "state": ["x", "v"], "equations": ["v", "-x - mu*sign(v - u)"], "parameters": {"mu": 1.0, "u": 0.5},
    "solver": {"step": 0.1}, "start": {"box": {"x": [0, 0], "v": [0.5, 0.5]}},
}  # fmt: skip
RELAY = {  # x'' = -sign(x): parabolas, of period 4 sqrt(2 x0)
    "state": ["x", "v"],
    "equations": ["v", "-sign(x)"],
    "solver": {"step": 0.25},
    "start": {"box": {"x": [0.5, 1], "v": [0, 0]}},
}
NONE: dict[str, float] = {}


def flow(content: dict[str, object], **changes: object) -> SwitchingFlow:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": "ode"} | content | changes
    simulator = Ode().compile(SystemSpec.model_validate(whole))
    assert isinstance(simulator, SwitchingFlow)
    return simulator


def planar(*equations: str, step: float = 0.1) -> dict[str, object]:
    return {"state": ["x", "v"], "equations": list(equations), "solver": {"step": step},
            "start": {"box": {"x": [0, 1], "v": [0, 1]}}}  # fmt: skip


def friction(t: float, x: float, mu: float) -> tuple[float, float]:
    """The closed form from rest: half cosines about +-mu, until one ends where friction holds."""
    while abs(x) > mu and t > np.pi:
        x, t = 2 * mu * np.sign(x) - x, t - np.pi
    if abs(x) <= mu:
        return x, 0.0
    centre = mu * np.sign(x)
    return centre + (x - centre) * np.cos(t), -(x - centre) * np.sin(t)


def relay(t: float, x0: float) -> tuple[float, float]:
    """The closed form from rest at x0 > 0."""
    quarter = np.sqrt(2 * x0)
    turns, t = divmod(t + quarter, 2 * quarter)  # each half period begins on the surface
    sign = 1 if turns % 2 == 0 else -1
    return sign * (quarter * t - t * t / 2), sign * (quarter - t)


def test_a_relay_oscillator_follows_its_parabolas_through_many_jumps_to_rounding() -> None:
    ran = flow(RELAY).run(np.array([[0.7, 0.0]]), NONE, 0.31, 200)[0]
    exact = np.array([relay(t, 0.7) for t in 0.31 * np.arange(200)])
    assert np.abs(ran - exact).max() < 1e-12


def test_a_block_with_dry_friction_follows_its_closed_form_and_comes_to_an_exact_rest() -> None:
    simulator = flow(FRICTION)
    ran = simulator.run(np.array([[3.1, 0.0]]), {"mu": 0.3}, 0.5, 80)[0]
    exact = np.array([friction(t, 3.1, 0.3) for t in 0.5 * np.arange(80)])
    assert np.abs(ran - exact).max() < 1e-13
    assert (ran[-20:] == ran[-1]).all() and ran[-1, 1] == 0.0
    second = simulator.verify(np.array([[3.1, 0.0]]), {"mu": 0.3}, 0.5, 80)[0]
    assert 0 < np.abs(second - exact).max() < 1e-12


def test_a_block_sticks_to_a_belt_until_the_spring_pulls_harder_and_slips_back() -> None:
    mu, u = 1.0, 0.5
    ran = flow(BELT).run(np.array([[0.0, u]]), {"mu": mu, "u": u}, 0.05, 400)[0]
    t = 0.05 * np.arange(400)
    sticks = t <= mu / u
    assert np.abs(ran[sticks] - np.stack([u * t, np.full(400, u)], axis=1)[sticks]).max() < 1e-14
    slips = (t > mu / u) & (t < mu / u + np.pi)  # x'' = -x + mu from x = mu, x' = u: a sine about mu
    after = t[slips] - mu / u
    assert np.abs(ran[slips] - np.stack([mu + u * np.sin(after), u * np.cos(after)], axis=1)).max() < 1e-13
    assert not np.allclose(ran[slips, 1], u)


def test_the_order_is_kept_at_kinks_and_lost_without_events() -> None:
    start = np.array([[0.7, 0.0, 0.0]])
    exact = flow(CHUA, solver={"step": 0.1 / 64}).run(start, CIRCUIT, 1.0, 6)
    errors = [np.abs(flow(CHUA, solver={"step": h}).run(start, CIRCUIT, 1.0, 6) - exact).max() for h in (0.2, 0.1)]
    assert np.log2(errors[0] / errors[1]) > 7.5
    assert errors[0] > 1e-11
    smooth = flow(CHUA, solver={"step": 0.1})
    plain = Flow._trajectories(smooth, "runge_kutta", start, CIRCUIT, 1.0, 6, 1)
    assert np.abs(plain - exact).max() > 1e3 * errors[1]


def test_the_second_computation_agrees_and_differs_in_its_bits() -> None:
    simulator, start = flow(CHUA, solver={"step": 0.02}), np.array([[0.7, 0.0, 0.0]])
    apart = np.abs(simulator.run(start, CIRCUIT, 0.5, 21) - simulator.verify(start, CIRCUIT, 0.5, 21))
    assert 0 < apart.max() < 1e-10


@pytest.mark.parametrize("bend", [0.0, 0.1])
def test_a_dip_below_a_surface_within_one_step_is_seen(bend: float) -> None:
    """A height dips below zero and returns within one step; while it is below, w grows at the rate 5."""
    content = {"state": ["t", "w"], "equations": ["1", f"where((t - 1)**2*(1 + {bend}*t) - 0.01 < 0, 5, 0)"],
               "solver": {"step": 2.0}, "start": {"box": {"t": [0, 0], "w": [0, 0]}}}  # fmt: skip
    crossings = np.roots([bend, 1 - 2 * bend, bend - 2, 1 - 0.01]) if bend else np.array([0.9, 1.1])
    inside = np.sort(crossings[(crossings > 0) & (crossings < 2)])
    end = flow(content).run(np.zeros((1, 2)), NONE, 2.0, 2)[0, -1]
    assert end == pytest.approx([2.0, 5 * (inside[1] - inside[0])], abs=1e-12)


def test_simultaneous_crossings_and_surfaces_that_read_other_modes_are_all_taken() -> None:
    both = flow(planar("1", "sign(x - 0.5) + 2*sign(2*x - 1) + abs(x + 2*sign(x - 0.5))"))
    assert len(both.pieces.surfaces) == 3
    end = both.run(np.array([[0.0, 0.0]]), NONE, 1.0, 2)[0, -1]
    before = 0.5 * -3 + (2.0 * 0.5 - 0.125)  # |x - 2| = 2 - x before, |x + 2| = x + 2 after
    after = 0.5 * 3 + (2.0 * 0.5 + 0.375)
    assert end == pytest.approx([1.0, before + after], abs=1e-13)


def test_two_surfaces_can_hold_a_state_at_once_and_let_it_go_one_by_one() -> None:
    content = {"state": ["x", "y", "t"], "equations": ["t - 2*sign(x)", "t/2 - 2*sign(y)", "1"],
               "solver": {"step": 0.1}, "start": {"box": {"x": [1, 1], "y": [-1, -1], "t": [0, 0]}}}  # fmt: skip
    ran = flow(content).run(np.array([[1.0, -1.0, 0.0]]), NONE, 0.5, 12)[0]
    assert (np.abs(ran[3:5, :2]) < 1e-15).all()  # both held
    late = ran[ran[:, 2] > 2]
    assert late[:, 0] == pytest.approx((late[:, 2] - 2) ** 2 / 2, abs=1e-13)
    held = late[late[:, 2] < 4]
    assert (np.abs(held[:, 1]) < 1e-15).all()
    free = late[late[:, 2] > 4]
    assert free[:, 1] == pytest.approx((free[:, 2] - 4) ** 2 / 4, abs=1e-13)


@pytest.mark.parametrize("equations", [
    ("v", "-x - 0.1*v + max(x, 0.2*v, -1)"), ("v", "-min(x, 2*x) - v/5"), ("v", "where(x >= 0, -x, -3*x) - v/10"),
    ("v", "where(0 > x, -3*x, -x) - v/10"), ("v*abs(x - abs(v))", "-x - sign(v - x/2)/9"),
])  # fmt: skip
def test_every_switching_function_gives_the_field_as_written_on_both_sides(equations: tuple[str, str]) -> None:
    simulator = flow(planar(*equations, step=0.01))
    start = np.random.default_rng(1).normal(size=(20, 2))
    h = 1e-6
    moved = simulator.run(start, NONE, h, 2)[:, -1] - start
    assert np.allclose(moved / h, simulator.rhs(start, NONE), atol=2e-5)
    assert np.abs(simulator.run(start, NONE, 0.05, 60) - simulator.verify(start, NONE, 0.05, 60)).max() < 1e-11


def test_switches_that_depend_on_parameters_alone_are_none() -> None:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": "ode"} | planar("v", "-abs(k)*x")
    simulator = Ode().compile(SystemSpec.model_validate(whole | {"parameters": {"k": -2}}))
    assert type(simulator) is Flow and not switches(simulator.system).surfaces


@pytest.mark.parametrize("content", [CHUA, FRICTION, BELT, RELAY])
def test_bits_do_not_depend_on_batch_threads_prefix_or_where_a_run_goes_on(
    content: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = flow(content)
    d = simulator.shape[0]
    start = np.random.default_rng(2).uniform(0.1, 0.9, size=(5, d))
    known = {"a": 15.6, "b": 28.0, "m0": -8 / 7, "m1": -5 / 7, "mu": 0.3, "u": 0.5}
    parameters = {name: np.full(5, known[name]) for name in simulator.system.parameters}
    monkeypatch.setenv("DYNARENA_THREADS", "3")
    whole = simulator.run(start, parameters, 0.3, 60)
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    one = {name: values[:1] for name, values in parameters.items()}
    assert np.array_equal(whole, np.concatenate([simulator.run(row[None], one, 0.3, 60) for row in start]))
    assert np.array_equal(simulator.run(start, parameters, 0.3, 9), whole[:, :9])
    assert np.array_equal(simulator.run(whole[:, 30], parameters, 0.3, 30), whole[:, 30:])


def test_chattering_towards_a_limit_point_is_refused() -> None:
    """A ball that bounces off x = 0 by a jump of ever shorter flights (Fuller's phenomenon)."""
    fuller = flow(planar("v", "-sign(x + 0.1*v*abs(v))", step=20.0))
    with pytest.raises(DataError):
        fuller.run(np.array([[1.0, 0.0]]), NONE, 20.0, 3)


def flow_map(simulator: SwitchingFlow, start: np.ndarray, parameters: dict[str, float], time: float) -> np.ndarray:
    """d state(time) / d start by central differences."""
    h = 1e-6
    shifted = np.concatenate([start + h * np.eye(len(start)), start - h * np.eye(len(start))])
    ends = simulator.run(shifted, parameters, time, 2)[:, -1]
    return (ends[: len(start)] - ends[len(start) :]).T / (2 * h)


@pytest.mark.parametrize(("equations", "start", "time"), [
    (("v", "-x - 0.5*sign(x - 0.3*v)"), [1.0, 0.3], 6.0),
    (("v", "-x - where(v > 0.2, 0.4, -0.1)*v"), [1.0, 0.3], 5.0),
    (("v", "-x - abs(x - 0.3)"), [1.0, 0.3], 7.0),
])  # fmt: skip
def test_tangent_vectors_cross_jumps_as_the_differences_of_trajectories_do(
    equations: tuple[str, str], start: list[float], time: float
) -> None:
    simulator, point = flow(planar(*equations)), np.array(start)
    growth = simulator.growth(point[None], NONE)
    growth._gap = round(time / simulator.step)  # one orthonormalisation, at the end
    logs, volume, span = growth.grow(time)
    assert span == pytest.approx(time)
    q, r = np.linalg.qr(flow_map(simulator, point, NONE, time))
    assert logs[0] == pytest.approx(np.log(np.abs(np.diag(r))), abs=1e-6)
    assert volume[0] == pytest.approx(logs[0].sum(), abs=1e-10)
    tangents = growth._rows[0, 2:6].reshape(2, 2)
    assert np.abs(tangents) == pytest.approx(np.abs(q), abs=1e-6)


def test_a_sliding_motion_forgets_one_direction_and_keeps_the_growth_of_the_others() -> None:
    """On x = 0 the height y grows at the rate 1/2, whatever the sides do."""
    simulator = flow(planar("-sign(x)*(2 + v**2)", "v/2"))
    growth = simulator.growth(np.array([[0.5, 0.1]]), NONE)
    logs, volume, _ = growth.grow(8.0)
    assert volume[0] == pytest.approx(4.0 - 26 * np.log(2), abs=1e-6)  # one direction removed, counted as 2^-26
    assert logs[0].sum() == pytest.approx(volume[0], abs=1e-9)
    growth.grow(12.0)
    later, _, span = growth.grow(8.0)
    assert np.sort(later[0]) == pytest.approx([0.0, span / 2], abs=1e-4)


def test_the_exponents_of_chuas_circuit_obey_the_laws_of_flows() -> None:
    simulator = flow(CHUA, solver={"step": 0.05})
    start = simulator.advance(np.random.default_rng(3).uniform(0.1, 0.5, (6, 3)), CIRCUIT, 60.0)
    growth = simulator.growth(start, CIRCUIT)
    growth.grow(100.0)
    logs, volume, span = growth.grow(400.0)
    rates = np.sort(logs.mean(axis=0) / span)[::-1]
    assert np.allclose(logs.sum(axis=1), volume, rtol=1e-9)
    assert 0.3 < rates[0] < 0.55 and abs(rates[1]) < 0.02 and rates[2] < -3
