"""Clocks: exponents with closed forms, pairs against tangent vectors, peaks of known signals, files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dynarena.data.clocks import compute, write
from dynarena.data.clocks_leading import leading_exponent
from dynarena.data.clocks_period import dominant_period
from dynarena.data.clocks_spectrum import TRANSIENT_STEPS, lyapunov_spectrum
from dynarena.engines.maps import Map
from dynarena.engines.ode import Ode
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.engines.tangent import orthonormalise
from dynarena.errors import DataError
from dynarena.schema.system import SystemSpec

STREAMS = Streams([trajectory_key("clocks", index) for index in range(8)])


def spec(engine: str, **content: object) -> SystemSpec:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": engine} | content
    return SystemSpec.model_validate(whole)


LINEAR = spec(
    "ode", state=["x", "y"], equations=["a*x + y", "-b*y"], parameters={"a": -0.05, "b": 0.2}, solver={"step": 0.1},
    start={"box": {"x": [1, 2], "y": [1, 2]}},
)  # fmt: skip
LORENZ = spec(
    "ode", state=["x", "y", "z"], equations=["10*(y - x)", "x*(28 - z) - y", "x*y - 8*z/3"], solver={"step": 0.01},
    start={"box": {"x": [-10, 10], "y": [-10, 10], "z": [10, 40]}}, chaotic=True,
)  # fmt: skip


ROTOR = spec(
    "ode", state=["x", "y"], equations=["y", "-x"], solver={"step": 0.01}, start={"box": {"x": [1, 1], "y": [0, 0]}},
)  # fmt: skip


class Still(Ode().compile(LINEAR).__class__):  # type: ignore[misc]
    """A simulator of a scene, of which nothing but its axes is looked at."""

    dims = ("object", "component")

    def __init__(self) -> None:
        pass


def test_a_linear_flow_has_its_eigenvalues_as_exponents() -> None:
    found = lyapunov_spectrum(Ode().compile(LINEAR), STREAMS, work=1.0)
    assert np.allclose(found.exponents, [-0.05, -0.2], atol=1e-10)


def test_the_cat_map_has_the_logarithm_of_its_eigenvalue() -> None:
    cat = spec(
        "map", state=["x", "y"], equations=["2*x + y - where(2*x + y >= 1, 1, 0) - where(2*x + y >= 2, 1, 0)",
        "x + y - where(x + y >= 1, 1, 0)"], start={"box": {"x": [0, 1], "y": [0, 1]}},
    )  # fmt: skip
    found = lyapunov_spectrum(Map().compile(cat), STREAMS, work=1.0)
    exact = np.log((3 + np.sqrt(5)) / 2)
    assert np.allclose(found.exponents, [exact, -exact], atol=1e-12)


def test_each_trajectory_is_counted_from_a_moment_of_its_own() -> None:
    """Eight rotors that begin in step end at the phases that an eighth of the transient each leaves between them."""
    simulator = Ode().compile(ROTOR)
    found = lyapunov_spectrum(simulator, STREAMS, work=0.01)
    phase = np.unwrap(np.arctan2(-found.states[:, 1], found.states[:, 0]))
    late = phase - np.arange(8) / 8 * TRANSIENT_STEPS * simulator.step
    assert np.abs(np.exp(1j * (late - late[0])) - 1).max() < 1e-9


def test_pairs_of_trajectories_and_tangent_vectors_agree_on_lorenz() -> None:
    simulator = Ode().compile(LORENZ)
    tangent = lyapunov_spectrum(simulator, STREAMS, work=1.0).exponents[:, 0]
    pairs = leading_exponent(simulator, STREAMS, n_gaps=120)
    error = np.hypot(tangent.std(ddof=1), pairs.exponents.std(ddof=1)) / np.sqrt(8)
    assert abs(tangent.mean() - pairs.exponents.mean()) < 4 * error
    assert pairs.exponents.mean() == pytest.approx(0.9056, abs=0.06)


def test_a_stable_system_has_no_leading_exponent_and_is_no_chaos() -> None:
    stable = LINEAR.model_copy(update={"parameters": {"a": -0.5, "b": 0.2}})
    with pytest.raises(DataError, match="no difference"):
        leading_exponent(Ode().compile(stable), STREAMS)
    chaotic = stable.model_copy(update={"chaotic": True})
    with pytest.raises(DataError, match="not chaotic"):
        compute(chaotic, Ode().compile(chaotic), "chaos")


def test_columns_become_orthonormal_and_their_lengths_are_logged() -> None:
    v = np.random.default_rng(0).normal(size=(6, 6)) * 10.0 ** np.arange(6)
    lengths, logs = np.abs(np.diag(np.linalg.qr(v)[1])), np.zeros((6, 1))
    orthonormalise(v[:, :, None], logs)
    logs = logs[:, 0]
    assert np.allclose(v.T @ v, np.eye(6), atol=1e-14) and np.allclose(logs, np.log(lengths), atol=1e-11)


def test_the_period_of_a_wave_is_found_within_red_noise_and_through_turning_angles() -> None:
    t, rng = 0.05 * np.arange(4096), np.random.default_rng(0)
    drift = np.cumsum(rng.normal(size=(5, t.size)), axis=1) * 0.06
    waves = np.stack([np.sin(2 * np.pi * t / 3.7 + phase) for phase in range(5)]) + drift
    assert np.allclose(dominant_period(waves[..., None], 0.05), 3.7, rtol=0.01)
    turning = (2 * np.pi * t / 2.9)[None, :, None] * np.ones((5, 1, 1))
    assert np.allclose(dominant_period(turning, 0.05, [0]), 2.9, rtol=0.01)


def test_a_field_or_scene_without_a_clock_is_refused() -> None:
    heat = spec(
        "pde", state=["u"], equations=["nu*lap(u)"], parameters={"nu": 0.1}, start={"law": "band"},
        domain={"length": [1], "points": [16]}, timescale="length_x**2/nu",
    )  # fmt: skip
    facts = compute(heat, Still(), "pde")
    assert facts["timescale"] == {"value": 10.0, "sem": 0.0, "law": "stated: length_x**2/nu"} and "period" not in facts
    with pytest.raises(DataError, match="no clock"):
        compute(heat.model_copy(update={"timescale": None}), Still(), "pde")


def test_facts_are_written_whole_and_sorted(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "facts.json"
    write(path, {"b": 1.5, "a": [1, 2]})
    assert list(json.loads(path.read_text())) == ["a", "b"]
    with pytest.raises(ValueError, match="JSON"):
        write(path, {"b": float("nan")})
    assert json.loads(path.read_text())["b"] == 1.5
