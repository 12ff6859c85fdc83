"""Trajectories side by side: the same bits alone, in any block, on any number of threads; angles within one turn."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from dynarena.engines.compiled import lane_count, linearised, right_hand_side
from dynarena.engines.elementary_bits import mantissa_and_exponent, scaled
from dynarena.engines.ensemble import apply, trajectories
from dynarena.engines.lanes import TURN, wrapped
from dynarena.engines.ode import Flow
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.parse import parse
from dynarena.equations.source import Source
from dynarena.schema.system import SystemSpec

KINKED = {
    "state": ["x", "y", "z"], "parameters": {"a": 10, "b": 2.5}, "solver": {"step": 0.02},
    "equations": ["a*(y - x) + sin(z)*exp(-x**2)", "x*(28 - z) - y + where(x > y, tanh(x), cos(y))",
                  "x*y - b*z + abs(x)/(1 + x**2) - log(2 + x**2) + min(x, y, sqrt(1 + z**2))"],
    "start": {"box": {"x": [-2, 2], "y": [-2, 2], "z": [5, 20]}},
    "splits": {"spread": {"parameters": {"a": [9, 11]}}},
}  # fmt: skip
RING = {
    "state": "q[i]", "size": 11, "equations": ["(q[i+1] - q[i-2])*q[i-1] - q[i] + F*cos(q[i])"], "parameters": {"F": 8},
    "solver": {"step": 0.02}, "start": {"box": {"q": [-1, 3]}}, "splits": {"spread": {"parameters": {"F": [7, 9]}}},
}  # fmt: skip
FORCED = {
    "state": ["x", "v"], "equations": ["v", "x - x**3 - 0.2*v + g*cos(phase(w))"], "parameters": {"g": 0.3, "w": 1.2},
    "solver": {"step": 0.05}, "start": {"box": {"x": [-1, 1], "v": [-1, 1]}},
    "splits": {"spread": {"parameters": {"g": [0.2, 0.4]}}},
}  # fmt: skip
SYSTEMS = {"named": KINKED, "ring": RING, "forced": FORCED}


def flow(content: dict[str, object]) -> Flow:
    """The smooth flow, kinks or not: what is tested are the lanes."""
    head = {"schema": 1, "title": "T", "about": "", "source": "", "engine": "ode"}
    return Flow(SystemSpec.model_validate(head | content))


def seeded(simulator: Flow, n: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    streams = Streams([trajectory_key("lanes", index) for index in range(n)])
    parameters = simulator.parameters(streams, "spread")
    return parameters, simulator.start(streams, parameters, "spread")


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_trajectory_has_the_same_bits_alone_and_in_any_block(name: str) -> None:
    simulator = flow(SYSTEMS[name])
    parameters, start = seeded(simulator, 37)
    for method in (simulator.run, simulator.verify):
        whole = method(start, parameters, 0.03, 40)
        assert np.isfinite(whole).all()
        for rows in (slice(0, 1), slice(36, 37), slice(3, 20), slice(16, 32), slice(5, 6)):
            part = method(start[rows], {key: values[rows] for key, values in parameters.items()}, 0.03, 40)
            assert np.array_equal(part, whole[rows])
        assert np.array_equal(method(start, parameters, 0.03, 11), whole[:, :11])


@pytest.mark.parametrize("name", SYSTEMS)
def test_threads_change_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = flow(SYSTEMS[name])
    parameters, start = seeded(simulator, 37)
    runs = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("DYNARENA_THREADS", threads)
        runs.append((simulator.run(start, parameters, 0.03, 20), simulator.growth(start, parameters).grow(1.0)[0]))
    assert all(np.array_equal(a, b) for run in runs[1:] for a, b in zip(run, runs[0], strict=True))


@pytest.mark.parametrize("name", SYSTEMS)
def test_one_lane_and_many_give_the_same_bits(name: str) -> None:
    simulator = flow(SYSTEMS[name])
    parameters, start = seeded(simulator, 21)
    rows, system = simulator.parameter_rows(parameters, 21), simulator.system
    assert simulator.function.count == lane_count(system.dimension) > 1
    for method in ("runge_kutta", "extrapolation"):
        many, one = (
            trajectories(method, right_hand_side(system, lanes), start, rows, 0.02, 2, 30, system.turning)
            for lanes in (lane_count(system.dimension), 1)
        )
        assert np.array_equal(many, one)
    tangents = np.random.default_rng(0).normal(size=(21, system.dimension + system.dimension**2 + 1))
    assert np.array_equal(apply(linearised(system, 8), tangents, rows), apply(linearised(system, 1), tangents, rows))


def test_the_tangent_code_writes_jacobian_times_vectors_and_the_trace() -> None:
    for content in SYSTEMS.values():
        simulator = flow(content)
        parameters, start = seeded(simulator, 5)
        d = simulator.shape[0]
        vectors = np.random.default_rng(1).normal(size=(5, d, d))
        rows = np.concatenate([start, vectors.reshape(5, -1), np.full((5, 1), 7.0)], axis=1)
        found = apply(simulator.tangent, rows, simulator.parameter_rows(parameters, 5))
        jacobian = simulator.jacobian(start, parameters)
        assert np.array_equal(found[:, :d], simulator.rhs(start, parameters))
        assert np.allclose(found[:, d:-1].reshape(5, d, d), jacobian @ vectors, atol=1e-12)
        assert np.allclose(found[:, -1], np.trace(jacobian, axis1=1, axis2=2), atol=1e-12)


def test_a_blow_up_stays_in_its_own_lane() -> None:
    simulator = flow(KINKED | {"equations": ["a*x**3", "-b*y", "-z"]})
    start = np.array([[0.0, 1.0, 1.0]] * 20)
    start[3, 0] = 50.0
    rows = simulator.parameter_rows({"a": np.full(20, 10.0), "b": np.full(20, 2.5)}, 20)
    run = trajectories("runge_kutta", simulator.function, start, rows, 0.02, 1, 50)
    assert not np.isfinite(run[3]).all()
    rest = np.delete(run, 3, axis=0)
    assert np.isfinite(rest).all() and (rest == rest[0]).all()


def test_an_angle_is_wrapped_to_its_last_bit() -> None:
    edges = [0.0, -0.0, -1e-20, np.nextafter(TURN, 9), np.nextafter(TURN, 0), np.nextafter(0.0, -1)]
    angles = [*np.random.default_rng(2).uniform(-1e6, 1e6, 300).tolist(), *(TURN * np.arange(-50, 50)).tolist(), *edges]
    near = np.random.default_rng(3).uniform(-TURN, 2 * TURN, 300).tolist()
    with mpmath.workdps(60):
        for angle in [*angles, *near]:
            found = wrapped(angle)
            gap = abs(mpmath.mpf(found) - mpmath.fmod(mpmath.mpf(angle), 2 * mpmath.pi))
            assert 0.0 <= found < TURN
            assert min(gap, abs(gap - 2 * mpmath.pi)) <= max(math.ulp(angle), 1e-15)


def test_parts_of_floats_are_those_of_the_standard_library() -> None:
    rng = np.random.default_rng(3)
    values = [*rng.integers(1, 0x7FEFFFFFFFFFFFFF, 3000).view(np.float64).tolist(), 5e-324, 2.3e-308, 1.0, 1.7e308]
    assert all(mantissa_and_exponent(value) == math.frexp(value) for value in values)
    for value, power in zip(
        rng.uniform(0.5, 1.9, 3000).tolist(), rng.integers(-1085, 1022, 3000).tolist(), strict=True
    ):
        assert scaled(value, float(power)) == math.ldexp(value, power)


def test_a_part_that_stands_twice_is_computed_once() -> None:
    trees = [parse(text, ["x", "y"]) for text in ("sin(x - y)*x", "1 + sin(x - y)**2", "x - y")]
    source = Source(lambda part: part.id, {"sin": "sin"}, trees=trees)
    written = "\n".join([*(source.text(tree) for tree in trees), *source.lines])
    assert written.count("sin(") == 1 and written.count("x - y") == 1
