"""Periodic forcing: `phase(omega)` is an angle of the state, so that time never enters and nothing grows."""

from __future__ import annotations

import numpy as np
import pytest

from dynarena.data.clocks_spectrum import lyapunov_spectrum
from dynarena.engines.lanes import TURN
from dynarena.engines.maps import Map
from dynarena.engines.ode import Flow, Ode
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import EquationError, SchemaError
from dynarena.schema.system import SystemSpec

DRIVEN = {
    "state": ["x"], "equations": ["cos(phase(w))"], "parameters": {"w": 3}, "solver": {"step": 0.1},
    "start": {"box": {"x": [0, 0]}},
}  # fmt: skip
STREAMS = Streams([trajectory_key("phase", index) for index in range(20)])


def spec(**changes: object) -> SystemSpec:
    head = {"schema": 1, "title": "T", "about": "", "source": "", "engine": "ode"}
    return SystemSpec.model_validate(head | DRIVEN | changes)


def seeded(simulator: Flow) -> tuple[dict[str, np.ndarray], np.ndarray]:
    parameters = simulator.parameters(STREAMS, "train")
    return parameters, simulator.start(STREAMS, parameters, "train")


def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.abs((a - b + np.pi) % TURN - np.pi)


def test_a_phase_is_a_component_that_starts_anywhere_on_the_circle() -> None:
    simulator = Ode().compile(spec())
    _, start = seeded(simulator)
    assert simulator.labels == ("x", "phase") and simulator.angles == ("phase",)
    assert start[:, 1].min() >= 0 and start[:, 1].max() < TURN and np.ptp(start[:, 1]) > 4
    named = Ode().compile(spec(start={"box": {"x": [0, 0], "phase": [1, 2]}}))
    assert ((seeded(named)[1][:, 1] > 1) & (seeded(named)[1][:, 1] < 2)).all()


def test_equal_frequencies_share_a_phase_and_others_have_their_own() -> None:
    simulator = Ode().compile(spec(equations=["cos(phase(w)) + sin(phase(2*w)) + sin(phase(w)/2)"]))
    assert simulator.labels == ("x", "phase", "phase2")
    assert simulator.rhs(np.zeros(3), {"w": 3.0})[1:].tolist() == [3.0, 6.0]
    assert simulator.jacobian(np.array([0.0, 0.5, 0.7]), {"w": 3.0})[0, 2] == pytest.approx(np.cos(0.7), rel=1e-15)


@pytest.mark.parametrize("method", ["run", "verify"])
def test_a_driven_system_follows_its_closed_form(method: str) -> None:
    simulator = Ode().compile(spec())
    parameters, start = seeded(simulator)
    t, first = 0.07 * np.arange(200), start[:, 1:]
    found = getattr(simulator, method)(start, parameters, 0.07, 200)
    assert np.abs(found[..., 0] - (np.sin(first + 3 * t) - np.sin(first)) / 3).max() < 1e-11
    assert apart(found[..., 1], first + 3 * t).max() < 1e-11


def test_nothing_grows_over_ten_thousand_periods() -> None:
    simulator = Ode().compile(spec())
    parameters, start = seeded(simulator)
    dt, n = 2.0, 10_500  # three radians a unit of time: 10,026 periods
    found = simulator.run(start[:3], {"w": parameters["w"][:3]}, dt, n)
    assert found[..., 1].min() >= 0 and found[..., 1].max() < TURN
    assert np.abs(found[..., 0]).max() < 0.7
    assert apart(found[..., 1], start[:3, 1:] + 3 * dt * np.arange(n)).max() < 1e-9
    after = simulator.advance(start[:3], {"w": parameters["w"][:3]}, 21_000.0)
    assert after[:, 1].min() >= 0 and after[:, 1].max() < TURN


def test_a_run_goes_on_from_any_of_its_points_bit_for_bit() -> None:
    simulator = Ode().compile(spec())
    parameters, start = seeded(simulator)
    whole = simulator.run(start, parameters, 0.7, 60)
    assert np.array_equal(simulator.run(whole[:, 25], parameters, 0.7, 35), whole[:, 25:])


def test_a_phase_adds_an_exponent_of_exactly_zero() -> None:
    duffing = spec(
        state=["x", "v"], equations=["v", "x - x**3 - d*v + g*cos(phase(w))"], parameters={"d": 0.15, "g": 0.3, "w": 1},
        start={"box": {"x": [-1, 1], "v": [-1, 1]}},
    )  # fmt: skip
    found = lyapunov_spectrum(Ode().compile(duffing), STREAMS, work=1.0)
    mean = found.exponents.mean(axis=0)
    assert mean[1] == 0.0 and mean[0] > 0.05 and found.samples[..., 2].max() < TURN
    assert mean.sum() == pytest.approx(-0.15, abs=1e-9) == found.divergence.mean()


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"equations": ["cos(phase(x))"]}, EquationError, "frequency varies"),
        ({"equations": ["cos(phase(w, 2))"]}, EquationError, "takes 1"),
        ({"equations": ["cos(phase)"]}, EquationError, "is a function"),
        ({"parameters": {"w": 3, "phase": 1}}, SchemaError, "stands twice"),
        ({"state": "x[i]", "size": 4}, EquationError, "unknown function 'phase'"),
    ],
)
def test_a_forcing_that_makes_no_sense_is_refused(changes: dict[str, object], kind: type, words: str) -> None:
    with pytest.raises(kind, match=words):
        Ode().compile(spec(**changes))


def test_a_map_has_no_forcing() -> None:
    with pytest.raises(EquationError, match="unknown function 'phase'"):
        Map().compile(spec(engine="map", solver={}))
