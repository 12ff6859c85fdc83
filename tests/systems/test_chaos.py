"""Every chaotic system of the catalogue: its file, its stated facts, its certificates, its bits."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dynarena import engines
from dynarena.engines.maps import Iteration
from dynarena.engines.points import PointSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.digest import system_digest
from dynarena.equations.evaluate import evaluate
from dynarena.schema.system import SystemSpec
from dynarena.schema.toml import read_toml

ROOT = Path(__file__).parents[2] / "systems"
FILES = {path.stem: path for path in sorted((ROOT / "chaos").glob("*.toml"))}
each_system = pytest.mark.parametrize("name", FILES)


@cache
def simulator(name: str) -> PointSimulator:
    spec = read_toml(FILES[name], SystemSpec)
    compiled = engines.find(spec.engine).compile(spec)
    assert isinstance(compiled, PointSimulator)
    return compiled


@cache
def facts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "_computed" / "chaos" / f"{name}.json").read_text())
    return found


def step_of(name: str) -> float:
    """A sampling step: one iteration, or a hundredth of a timescale."""
    return 1.0 if isinstance(simulator(name), Iteration) else facts(name)["timescale"]["value"] / 100


def seeded(name: str, n: int, split: str = "test", burn_in: float = 0.0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    system = simulator(name)
    streams = Streams([trajectory_key("catalogue", name, index) for index in range(n)])
    parameters = system.parameters(streams, split)
    start = system.start(streams, parameters, split)
    return parameters, system.advance(start, parameters, burn_in * facts(name)["timescale"]["value"])


@each_system
def test_a_file_says_where_it_is_from_and_has_its_splits(name: str) -> None:
    spec = simulator(name).spec
    assert spec.chaotic and re.search(r"\(\d{4}\)", spec.source) and spec.about
    assert {"train", "val", "test", "ood_parameters", "ood_start"} <= set(spec.splits)
    assert spec.splits["ood_parameters"].parameters and spec.splits["ood_start"].box
    assert all(not spec.splits[usual].parameters for usual in ("train", "val", "test"))
    assert "time" in spec.units and set(spec.units) <= {"time", *simulator(name).labels, *spec.parameters}


@each_system
def test_computed_facts_belong_to_the_file_as_it_is(name: str) -> None:
    assert facts(name)["digest"] == system_digest(simulator(name).spec)


@each_system
def test_every_split_stays_on_a_bounded_set_apart_from_training(name: str) -> None:
    system = simulator(name)
    folded = [label not in system.spec.angles for label in system.labels]
    for split in system.spec.splits:
        parameters, start = seeded(name, 8, split, burn_in=5)
        run = system.run(start, parameters, step_of(name), 400)[..., folded]
        assert np.isfinite(run).all() and np.abs(run).max() < 100
        assert (run[:, 200:].std(axis=1) > 0.03 * run.std(axis=(0, 1))).all()
    usual, other = system.spec.start.box, system.spec.splits["ood_start"].box
    assert any(_apart(other[key], usual[key]) for key in other)
    for key, range_ in system.spec.splits["ood_parameters"].parameters.items():
        assert _apart(range_, (float(system.spec.parameters[key]),) * 2)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[1] < other[0] or one[0] > other[1]


@each_system
def test_a_trajectory_has_the_same_bits_alone_in_batches_on_threads_and_as_a_prefix(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, dt = simulator(name), step_of(name)
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    parameters, start = seeded(name, 64, "ood_parameters", burn_in=1)
    reference = system.run(start, parameters, dt, 60)
    for rows in (slice(0, 1), slice(0, 7), slice(5, 6), slice(57, 64)):
        few = {key: values[rows] for key, values in parameters.items()}
        assert np.array_equal(system.run(start[rows], few, dt, 60), reference[rows])
    assert np.array_equal(system.run(start, parameters, dt, 23), reference[:, :23])
    monkeypatch.setenv("DYNARENA_THREADS", "2")
    assert np.array_equal(system.run(start, parameters, dt, 60), reference)
    alone_parameters, alone = seeded(name, 1, "ood_parameters", burn_in=1)
    assert np.array_equal(alone, start[:1])
    assert all(np.array_equal(values, parameters[key][:1]) for key, values in alone_parameters.items())


@each_system
def test_the_stated_step_holds_one_timescale_to_nine_digits(name: str) -> None:
    system = simulator(name)
    parameters, start = seeded(name, 4, burn_in=5)
    dt = step_of(name)
    n = 101 if dt < 1 else 2
    run = system.run(start, parameters, dt, n)
    std = system.run(start, parameters, dt, 2000).std(axis=(0, 1))
    assert (np.abs(run - system.run(start, parameters, dt, n, refine=2)) / std).max() < 1e-9
    assert (np.abs(run - system.verify(start, parameters, dt, n)) / std).max() < 1e-9


@each_system
def test_the_jacobian_is_the_slope_of_the_right_hand_side(name: str) -> None:
    system = simulator(name)
    parameters, start = seeded(name, 3, burn_in=5)
    jacobian = system.jacobian(start, parameters)
    h = 1e-6
    for column in range(system.shape[0]):
        shift = np.zeros(system.shape)
        shift[column] = h
        slope = (system.rhs(start + shift, parameters) - system.rhs(start - shift, parameters)) / (2 * h)
        assert np.allclose(jacobian[..., column], slope, rtol=1e-6, atol=1e-6)


@each_system
def test_invariants_are_kept(name: str) -> None:
    system = simulator(name)
    parameters, start = seeded(name, 8)
    run = system.run(start, parameters, step_of(name), 2000)
    for invariant in system.spec.invariants.values():
        columns = {key: values[:, None] for key, values in parameters.items()}
        values = evaluate(system.system.expression(invariant.expression), _named(system, run) | columns)
        scale = evaluate(system.system.expression(invariant.scale or "1"), columns)
        assert np.abs((values - values[:, :1]) / scale).max() < 1e-9


@each_system
def test_symmetries_commute_with_the_dynamics(name: str) -> None:
    system = simulator(name)
    parameters, start = seeded(name, 5)
    for symmetry in system.spec.symmetries.values():
        image = symmetry.partition("->")[2].strip()

        def apply(state: np.ndarray, image: str = image) -> np.ndarray:
            values = _named(system, state)
            if system.system.indexed:
                return np.asarray(evaluate(system.system.expression(image), values))
            return np.stack([evaluate(system.system.expression(part), values) for part in image[1:-1].split(",")], -1)

        after = apply(system.rhs(start, parameters))
        assert not np.allclose(apply(start), start)
        assert np.allclose(system.rhs(apply(start), parameters), after, rtol=1e-12, atol=1e-12)


def _named(system: PointSimulator, states: np.ndarray) -> dict[str, np.ndarray]:
    if system.system.indexed:
        return {system.system.indexed: states}
    return {label: states[..., k] for k, label in enumerate(system.labels)}


def known_facts() -> list[tuple[str, str]]:
    return [(name, key) for name, path in FILES.items() for key in tomllib.loads(path.read_text()).get("known", {})]


@pytest.mark.parametrize(("name", "key"), known_facts())
def test_known_facts_hold(name: str, key: str) -> None:
    system = simulator(name)
    known = system.spec.known[key]
    check = next(check for stem, check in CHECKS.items() if key.startswith(stem))
    error = check(name, known.value)
    assert error <= known.tolerance, f"off by {error:.3g}"


def _on_states(name: str, value: float | str) -> tuple[np.ndarray, np.ndarray]:
    """A stated expression and the exact Jacobian at states drawn from the attractor."""
    system = simulator(name)
    parameters, start = seeded(name, 16, "ood_parameters", burn_in=2)
    stated = evaluate(system.system.expression(str(value)), _named(system, start) | parameters)
    return np.asarray(stated), system.jacobian(start, parameters)


def _divergence(name: str, value: Any) -> float:
    stated, jacobian = _on_states(name, value)
    return float(np.abs(stated - np.trace(jacobian, axis1=1, axis2=2)).max())


def _determinant(name: str, value: Any) -> float:
    stated, jacobian = _on_states(name, value)
    return float(np.abs(stated - np.linalg.det(jacobian)).max())


def _fixed_point(name: str, value: Any) -> float:
    system = simulator(name)
    point = np.array(value, dtype=float)
    parameters = {key: values[0] for key, values in seeded(name, 1, "test")[0].items()}
    rest = point if isinstance(system, Iteration) else 0.0
    return float(np.abs(system.rhs(point, parameters) - rest).max())


def _spectrum(name: str, value: Any) -> float:
    return float(np.abs(np.array(facts(name)["lyapunov_spectrum"]["value"]) - value).max())


def _moment(order: int) -> Any:
    def check(name: str, value: Any) -> float:
        system = simulator(name)
        parameters, start = seeded(name, 64, burn_in=5)
        run = system.run(start, parameters, step_of(name), 5000)
        found = run.mean(axis=(0, 1)) if order == 1 else run.var(axis=(0, 1))
        return float(np.abs(found - value).max())

    return check


CHECKS: dict[str, Any] = {
    "divergence": _divergence,
    "determinant": _determinant,
    "fixed_point": _fixed_point,
    "lyapunov": _spectrum,
    "kaplan_yorke_dimension": lambda name, value: abs(facts(name)["kaplan_yorke_dimension"]["value"] - value),
    "leading_exponent": lambda name, value: abs(facts(name)["lyapunov_spectrum"]["value"][0] - value),
    "positive_exponents": lambda name, value: abs(
        sum(v > 3 * s for v, s in zip(*(facts(name)["lyapunov_spectrum"][k] for k in ("value", "sem")), strict=True))
        - value
    ),
    "mean": _moment(1),
    "variance": _moment(2),
}


@each_system
def test_spectra_obey_the_laws_of_their_class(name: str) -> None:
    system = simulator(name)
    spectrum = facts(name)["lyapunov_spectrum"]
    value, sem = np.array(spectrum["value"]), np.array(spectrum["sem"])
    slow = np.log(facts(name)["evidence"]["duration"]) / facts(name)["evidence"]["duration"]
    assert (np.diff(value) <= 0).all() and value[0] > 5 * sem[0]
    assert 0 < facts(name)["kaplan_yorke_dimension"]["value"] <= len(value)
    assert facts(name)["timescale"]["value"] == pytest.approx(1 / value[0], rel=1e-5)
    if not isinstance(system, Iteration):
        assert np.min(np.abs(value) - 3 * sem) < slow
        assert 0.05 < facts(name)["period"]["value"] / facts(name)["timescale"]["value"] < 5
    if "hamiltonian" in system.spec.tags:
        assert np.allclose(value, -value[::-1], atol=3 * sem.max() + 1e-6)


@each_system
def test_exponents_add_up_to_the_mean_divergence(name: str) -> None:
    system = simulator(name)
    parameters, start = seeded(name, 64, "train", burn_in=10)
    run = system.run(start, parameters, step_of(name), 1500).reshape(-1, *system.shape)
    rows = {key: np.repeat(values, 1500) for key, values in parameters.items()}
    jacobian = system.jacobian(run, rows)
    if isinstance(system, Iteration):
        local = np.log(np.abs(np.linalg.det(jacobian)))
    else:
        local = np.trace(jacobian, axis1=1, axis2=2)
    spectrum = facts(name)["lyapunov_spectrum"]
    error = local.reshape(64, -1).mean(axis=1).std() / 8
    allowed = 4 * error + 4 * float(np.sqrt(np.sum(np.square(spectrum["sem"])))) + 1e-5
    assert abs(local.mean() - sum(spectrum["value"])) < allowed
