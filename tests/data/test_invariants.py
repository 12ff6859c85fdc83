"""Invariants: the laws of each class on made-up exponents, last bits, certificates, orbits with known answers."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dynarena.data import certify, invariants
from dynarena.data.certify import Sample, bit_horizon, certified_until, deviations, is_certified, last_bit
from dynarena.data.clocks import compute
from dynarena.data.clocks_store import confirmed
from dynarena.data.invariants import class_of, portable
from dynarena.data.invariants_attractor import Attractor, dimension_of
from dynarena.data.invariants_laws import Exponents, SystemClass, check_dimension, check_exponents
from dynarena.data.system import System
from dynarena.engines.maps import Map
from dynarena.engines.ode import Ode
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError
from dynarena.schema.system import SystemSpec

COMPUTED = Path(__file__).parents[2] / "systems" / "_computed" / "chaos"


def spec(engine: str, **content: object) -> SystemSpec:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": engine} | content
    return SystemSpec.model_validate(whole)


OSCILLATOR = spec(
    "ode", state=["x", "v"], equations=["v", "mu*(1 - x**2)*v - x"], parameters={"mu": 1}, solver={"step": 0.05},
    start={"box": {"x": [1, 2], "v": [-1, 1]}},
)  # fmt: skip
FORCED = spec(
    "ode", state=["x", "v"], equations=["v", "cos(phase(w)) - x - v/2"], parameters={"w": 1.3}, solver={"step": 0.05},
    start={"box": {"x": [1, 2], "v": [-1, 1]}},
)  # fmt: skip


def found(mean: list[float], *, sem: float = 1e-3, divergence: float | None = None, duration: float = 1e3) -> Exponents:
    """Exponents with equal errors, their noise drawn so that sums and pairs hold in each row."""
    noise = np.random.default_rng(0).normal(size=(64, 1)) * sem * 8
    rows = np.array(mean) + noise * (np.arange(len(mean)) == 0) - noise * (np.arange(len(mean)) == len(mean) - 1)
    total = rows.sum(axis=1) if divergence is None else np.full(64, divergence)
    return Exponents(rows, np.full(len(mean), sem), duration, duration, total)


def check(exponents: Exponents, kind: SystemClass, *, chaotic: bool = True) -> None:
    check_exponents(exponents, kind, chaotic=chaotic, where="here")


def test_zeros_follow_from_time_phases_and_integrals() -> None:
    assert SystemClass.of("flow").zeros == 1 and SystemClass.of("map").zeros == 0
    assert SystemClass.of("flow", phases=1).zeros == 1 and SystemClass.of("flow", phases=2).zeros == 2
    assert SystemClass.of("flow", integrals=1).zeros == 2 and SystemClass.of("map", integrals=1).zeros == 1
    assert class_of(FORCED, Ode().compile(FORCED)) == SystemClass("flow", 1)


def test_a_chaotic_flow_needs_its_zero_exponent_and_a_map_does_not() -> None:
    check(found([0.9, 0.002, -14.5]), SystemClass.of("flow"))
    with pytest.raises(DataError, match="too few exponents vanish"):
        check(found([0.9, 0.005, -14.5]), SystemClass.of("flow"))
    check(found([0.42, -1.6]), SystemClass.of("map"))
    with pytest.raises(DataError, match="too few"):
        check(found([0.42, -1.6]), SystemClass.of("flow"))


def test_each_integral_of_motion_asks_for_a_zero_of_its_own_and_grants_it_time() -> None:
    kind = SystemClass.of("flow", integrals=1)
    check(found([0.5, 0.0035, -0.0035, -0.5]), kind)
    with pytest.raises(DataError, match="too few exponents vanish"):
        check(found([0.5, 0.0, -0.1, -0.4]), kind)


def test_exponents_add_up_to_the_mean_divergence() -> None:
    check(found([0.9, 0.0, -14.5666], divergence=-13.6666), SystemClass.of("flow"))
    with pytest.raises(DataError, match="do not add up"):
        check(found([0.9, 0.0, -14.5666], divergence=-13.6), SystemClass.of("flow"))
    check(found([0.9, 0.0, -14.5666], divergence=-13.6), SystemClass.of("delay"))


def test_hamiltonian_exponents_pair() -> None:
    kind = SystemClass.of("flow", integrals=1, hamiltonian=True)
    check(found([0.5, 0.0, 0.0, -0.5]), kind)
    with pytest.raises(DataError, match="do not pair"):
        check(found([0.5, 0.0, 0.0, -0.45]), kind)


@pytest.mark.parametrize("leading", [-0.1, 0.0, 0.002, 0.0045])
def test_what_does_not_grow_or_only_like_a_power_of_time_is_no_chaos(leading: float) -> None:
    exponents = found([leading, 0.0, -1.0])
    with pytest.raises(DataError, match="is not chaotic"):
        check(exponents, SystemClass.of("flow"))
    check(exponents, SystemClass.of("flow"), chaotic=False)


def test_clear_chaos_is_not_called_regular() -> None:
    with pytest.raises(DataError, match="is chaotic"):
        check(found([0.1, 0.0, -1.0]), SystemClass.of("flow"), chaotic=False)


@pytest.mark.parametrize("value", [-0.1, 3.0001, float("nan")])
def test_no_dimension_exceeds_that_of_the_space(value: float) -> None:
    check_dimension("dimension", 3.0, 3, where="here")
    with pytest.raises(DataError, match="impossible"):
        check_dimension("dimension", value, 3, where="here")


def test_one_number_of_each_start_moves_by_one_bit() -> None:
    states = np.array([[0.0, 1.5, -2.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
    moved = last_bit(states)
    changed = moved != states
    assert changed.sum(axis=1).tolist() == [1, 1, 0] and changed[0, 1] and changed[1, 1]
    assert np.array_equal(moved[changed], np.nextafter(states[changed], np.inf))


def sample_of(simulator: Any, timescale: float, n: int = 16, burn_in: float = 100) -> Sample:
    streams = Streams([trajectory_key("invariants", index) for index in range(n)])
    parameters = simulator.parameters(streams, "test")
    states = simulator.advance(simulator.start(streams, parameters, "test"), parameters, burn_in)
    std = deviations(simulator.run(states, parameters, 1.0, 200), simulator)
    return Sample(simulator, states, parameters, timescale, std)


def test_the_logistic_map_loses_its_bits_one_an_iteration() -> None:
    sample = sample_of(System("chaos/logistic").simulator, 1 / np.log(2))
    for horizon in (bit_horizon(sample), certified_until(sample)):
        times = horizon["time"]
        assert 35 <= times["0.1"] <= 52 and times["1e-06"] < times["0.001"] < times["0.1"] == horizon["value"]
        assert times["0.1"] - times["1e-06"] == pytest.approx(np.log2(1e5), abs=6)
        assert horizon["timescales"]["0.1"] == pytest.approx(times["0.1"] * np.log(2), rel=1e-5)


def test_looking_often_changes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = sample_of(System("chaos/lorenz63").simulator, 1.1, n=4)
    often = bit_horizon(sample)
    monkeypatch.setattr(certify, "CHUNK", 60)
    assert bit_horizon(sample) == often


def test_what_never_parts_is_certified_for_as_long_as_was_looked() -> None:
    sample = sample_of(Ode().compile(OSCILLATOR), 6.66, n=4)
    until = certified_until(sample)
    assert until["timescales"]["0.1"] == pytest.approx(certify.LONGEST) and is_certified(until)
    assert is_certified({"timescales": {"0.1": certify.ENOUGH}}) and certify.ENOUGH >= 10
    assert not is_certified({"timescales": {"0.1": certify.ENOUGH - 0.1}})


def test_angles_differ_the_shorter_way_round() -> None:
    simulator: Any = SimpleNamespace(labels=("x", "a"), angles=("a",))
    one, other = np.array([[[1.0, 0.1]]]), np.array([[[7.0, 2 * np.pi - 0.1]]])
    assert np.allclose(certify._apart(one, other, simulator), [-6.0, 0.2])
    assert deviations(np.array([[[0.0, -90.0], [2.0, 90.0]]]), simulator).tolist() == [1.0, np.pi / np.sqrt(3)]


def test_the_order_of_the_method_shows_in_its_errors_until_they_are_rounding() -> None:
    lorenz = System("chaos/lorenz63").spec
    coarse = lorenz.model_copy(update={"solver": {"step": 0.03}})
    seen = certify.step_convergence(sample_of(Ode().compile(coarse), 1.1, n=4))
    assert 6.5 < seen["order"] < 10 and seen["errors"][0] > 50 * seen["errors"][1]
    fine = lorenz.model_copy(update={"solver": {"step": 0.002}})
    assert certify.step_convergence(sample_of(Ode().compile(fine), 1.1, n=4))["order"] == "round-off"


def test_van_der_pols_oscillator_has_a_period_no_chaos_and_a_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "EXPONENT_WORK", 0.3)
    facts = compute(OSCILLATOR, Ode().compile(OSCILLATOR), "chaos")
    assert facts["period"]["value"] == pytest.approx(6.6633, rel=5e-3)
    assert facts["timescale"] == facts["period"] | {"law": "dominant period"}
    assert facts["lyapunov_spectrum"]["value"] == pytest.approx([0, -1.0594], abs=2e-3)
    assert facts["kaplan_yorke_dimension"]["value"] == 1 and facts["entropy_rate"]["value"] == 0
    assert facts["correlation_dimension"]["value"] == pytest.approx(1, abs=0.03)
    assert facts["mean_divergence"]["value"] == pytest.approx(sum(facts["lyapunov_spectrum"]["value"]), abs=1e-5)
    assert facts["certified"] and facts["portable"] and facts["class"]["zeros"] == 1
    json.dumps(facts, allow_nan=False)


def test_a_driven_oscillator_has_the_drive_as_its_only_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "EXPONENT_WORK", 0.3)
    facts = compute(FORCED, Ode().compile(FORCED), "chaos")
    assert facts["lyapunov_spectrum"]["value"] == pytest.approx([0, -0.25, -0.25], abs=1e-2)
    assert facts["period"]["value"] == pytest.approx(2 * np.pi / 1.3, rel=5e-3) and not facts["portable"]


def test_a_stated_timescale_goes_before_the_period(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "EXPONENT_WORK", 0.1)
    stated = OSCILLATOR.model_copy(update={"timescale": "5/mu"})
    facts = compute(stated, Ode().compile(stated), "chaos")
    assert facts["timescale"] == {"value": 5.0, "sem": 0.0, "law": "stated: 5/mu"}


def test_a_system_at_rest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "EXPONENT_WORK", 0.1)
    still = spec("map", state=["x"], equations=["x/2 + 1/2"], start={"box": {"x": [0, 1]}})
    with pytest.raises(DataError, match="fixed point"):
        compute(still, Map().compile(still), "chaos")


@pytest.mark.parametrize(
    ("equation", "parameter", "right"),
    [("a*x/(1 + x**2)", 2, True), ("sqrt(abs(x)) - a", 1, True), ("sin(x)", 1, False), ("a - x", "exp(1)", False),
     ("where(x > 0, a, min(x, 1))", 1, True)],
)  # fmt: skip
def test_arithmetic_is_portable_and_other_functions_are_not(equation: str, parameter: Any, right: bool) -> None:
    system = spec("map", state=["x"], equations=[equation], parameters={"a": parameter}, start={"box": {"x": [0, 1]}})
    assert portable(system) is right


def test_clocks_that_a_recomputation_confirms_stay_and_others_are_refused() -> None:
    before = {"period": {"value": 2.0, "sem": 0.01}, "digest": "d", "evidence": {}}
    new = {"period": {"value": 2.04, "sem": 0.01}, "digest": "d", "portable": True, "evidence": {"a": 1}}
    assert confirmed(before, new, where="s") == new | {"period": before["period"]}
    with pytest.raises(DataError, match="not confirmed"):
        confirmed(before, new | {"period": {"value": 2.4, "sem": 0.01}}, where="s")
    assert confirmed({}, new, where="s") == new


def test_a_torus_that_each_trajectory_fills_has_dimension_two() -> None:
    """Two free oscillators: with points at regular times a torus is a lattice, and its dimension meaningless."""
    pair = spec(
        "ode", state=["x", "u", "y", "v"], equations=["u", "-x", "v", "-2*y"], solver={"step": 0.1},
        start={"box": {"x": [1, 2], "u": [0, 0], "y": [1, 2], "v": [0, 0]}},
    )  # fmt: skip
    sample = sample_of(Ode().compile(pair), 1.0)
    attractor = Attractor(sample.simulator, sample.states, sample.parameters)
    fact = dimension_of(attractor, 2 * np.pi, own_sets=True)["correlation_dimension"]
    assert fact["value"] == pytest.approx(2, abs=0.06) and fact["sem"] < 0.05


@pytest.mark.parametrize("name", ["henon", "sprott_e"])
def test_a_recomputation_with_less_work_confirms_what_is_stored(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "EXPONENT_WORK", 0.5)
    _confirm(System(f"chaos/{name}"))


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(path.stem for path in COMPUTED.glob("*.json")))
def test_every_stored_fact_is_confirmed_by_a_recomputation(name: str) -> None:
    _confirm(System(f"chaos/{name}"))


def _confirm(system: System) -> None:
    fresh = compute(system.spec, system.simulator, "chaos")
    stored = system.computed
    confirmed(stored, fresh, where=system.id)
    for name in ("entropy_rate", "mean_divergence", "correlation_dimension"):
        if name in stored:
            error = np.hypot(stored[name]["sem"], fresh[name]["sem"])
            assert abs(stored[name]["value"] - fresh[name]["value"]) <= 5 * error + 0.01 * abs(stored[name]["value"])


def test_stored_facts_are_whole_and_possible() -> None:
    for path in sorted(COMPUTED.glob("*.json")):
        facts = json.loads(path.read_text())
        assert {"class", "portable", "period", "timescale", "bit_horizon", "certified_until"} <= set(facts), path.stem
        assert facts["certified"] is is_certified(facts["certified_until"]), path.stem
        assert facts["timescale"]["value"] > 0 and facts["period"]["value"] > 0, path.stem
        if "lyapunov_spectrum" in facts and "kaplan_yorke_dimension" in facts:
            spectrum = facts["lyapunov_spectrum"]["value"]
            assert 0 <= facts["kaplan_yorke_dimension"]["value"] <= len(spectrum), path.stem
            assert np.all(np.diff(spectrum) <= 0), path.stem
