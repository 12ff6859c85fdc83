"""Maps: closed forms, sixty digits, whole iterations only."""

from __future__ import annotations

import numpy as np
import pytest

from dynarena.engines.maps import Iteration, Map
from dynarena.errors import DataError, EquationError, SchemaError, UsageError
from dynarena.schema.system import SystemSpec


def iteration(**content: object) -> Iteration:
    whole = {"schema": 1, "title": "T", "about": "", "source": "", "engine": "map"} | content
    return Map().compile(SystemSpec.model_validate(whole))


LOGISTIC = {"state": ["x"], "equations": ["r*x*(1 - x)"], "parameters": {"r": 4}, "start": {"box": {"x": [0, 1]}}}
R = {"r": np.full(3, 4.0)}


def test_the_logistic_map_follows_its_closed_form() -> None:
    start = np.array([[0.1], [0.3], [0.7]])
    n = np.arange(15)
    exact = np.sin(2.0**n * np.arcsin(np.sqrt(start))) ** 2
    assert np.abs(iteration(**LOGISTIC).run(start, R, 1, 15)[..., 0] - exact).max() < 1e-10
    assert np.abs(iteration(**LOGISTIC).verify(start, R, 1, 15)[..., 0] - exact).max() < 1e-10


def test_sixty_digits_part_from_double_precision_at_a_bit_an_iteration() -> None:
    start = np.array([[0.1], [0.3], [0.7]])
    apart = np.abs(iteration(**LOGISTIC).run(start, R, 1, 90) - iteration(**LOGISTIC).verify(start, R, 1, 90))[..., 0]
    first = np.argmax(apart > 0.1, axis=1)
    assert ((first > 42) & (first < 64)).all()


def test_strides_skip_iterations_and_burn_in_rounds_up() -> None:
    simulator = iteration(**LOGISTIC)
    start = np.array([[0.1], [0.3], [0.7]])
    every = simulator.run(start, R, 1, 31)
    assert np.array_equal(simulator.run(start, R, 3, 11), every[:, ::3])
    assert np.allclose(simulator.verify(start, R, 3, 11), every[:, ::3], atol=1e-6)
    assert np.array_equal(simulator.advance(start, R, 6.2), every[:, 7])
    assert np.array_equal(simulator.advance(start, R, 0.0), start)


def test_functions_and_neighbours_have_an_exact_form_too() -> None:
    ring = iteration(
        state="q[i]", size=4, equations=["sin(q[i+1]) + max(q[i], abs(q[i-1]), 0.1)/2 + where(q[i] < 0, 0.1, k)"],
        parameters={"k": 0.2}, start={"box": {"q": [-1, 1]}},
    )  # fmt: skip
    start = np.random.default_rng(0).normal(size=(2, 4))
    k = {"k": np.array([0.2, 0.3])}
    assert np.allclose(ring.run(start, k, 1, 6), ring.verify(start, k, 1, 6), atol=1e-13)


@pytest.mark.parametrize(("dt", "words"), [(0.5, "cannot be sampled"), (1.5, "cannot be sampled"), (0.0, "positive"),
                                           (-1.0, "positive"), (np.nan, "positive")])  # fmt: skip
def test_parts_of_an_iteration_are_refused(dt: float, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        iteration(**LOGISTIC).run(np.array([[0.1]]), {"r": np.array([4.0])}, dt, 3)


def test_a_solver_is_refused() -> None:
    with pytest.raises(SchemaError, match="no solver"):
        iteration(**LOGISTIC, solver={"step": 1})


DOUBLING = {
    "state": ["phi", "y"], "equations": ["2*phi", "y/2 + cos(phi)"], "angles": ["phi"],
    "start": {"box": {"phi": [0, 6.28], "y": [0, 1]}},
}  # fmt: skip


def test_angles_turn_over_after_each_iteration_in_both_arithmetics() -> None:
    simulator = iteration(**DOUBLING)
    start = np.random.default_rng(1).uniform(0, 6.28, (5, 2))
    run, exact = simulator.run(start, {}, 1, 25), simulator.verify(start, {}, 1, 25)
    assert run[..., 0].min() >= 0 and run[..., 0].max() < 2 * np.pi
    whole = [int(start[0, 0] * 2**60) * 2**n % _TURN / 2**60 for n in range(25)]
    assert np.abs(np.angle(np.exp(1j * (exact[0, :, 0] - whole)))).max() < 1e-8
    apart = np.abs(np.angle(np.exp(1j * (run - exact)[..., 0])))
    assert (apart.max(axis=0) < 2.0 ** (np.arange(25) - 50)).all()


_TURN = round(2 * 3.14159265358979323846 * 2**60)


def test_a_doubled_angle_never_comes_to_rest() -> None:
    run = iteration(**DOUBLING).run(np.array([[0.75, 0.0], [3.0, 0.0]]), {}, 1, 5000)[..., 0]
    assert run[:, 2500:].std(axis=1) == pytest.approx(2 * np.pi / 12**0.5, rel=0.05)


def test_a_turned_rotation_keeps_its_angle_for_a_million_iterations() -> None:
    rotation = iteration(state=["phi"], equations=["phi + a"], angles=["phi"], parameters={"a": 2.25},
                         start={"box": {"phi": [0, 1]}})  # fmt: skip
    end = rotation.run(np.array([[0.5]]), {"a": np.array([2.25])}, 1_000_000, 2)[0, -1, 0]
    expected = (0.5 + 2_250_000.0) % (2 * np.pi)
    assert abs(np.angle(np.exp(1j * (end - expected)))) < 1e-8


def test_tangents_of_a_doubled_angle_grow_by_two() -> None:
    simulator = iteration(**DOUBLING)
    growth = simulator.growth(np.array([[0.3, 0.0]]), {})
    logs, _, time = growth.grow(400)
    assert np.sort(logs[0] / time) == pytest.approx([-np.log(2), np.log(2)], abs=0.01)
    assert 0 <= growth.states[0, 0] < 2 * np.pi


LEAVING = {
    "a logarithm": (["log(x)"], 0.5, "x = nan"),
    "a root": (["sqrt(x) - 2"], 0.5, "x = nan"),
    "an arc": (["2*asin(x)"], 0.9, "x = nan"),
    "a power": (["x**2"], 3.0, "x = "),
    "a pole": (["1/(x - 1)"], 1.0, "x = inf"),
}  # fmt: skip


@pytest.mark.parametrize("case", LEAVING)
def test_an_orbit_that_leaves_the_domain_is_refused_in_both_arithmetics(case: str) -> None:
    equations, x, words = LEAVING[case]
    simulator = iteration(state=["x"], equations=equations, start={"box": {"x": [0, 1]}})
    start = np.array([[0.5 if case == "a power" else 0.25], [x]])
    for method in (simulator.run, simulator.verify):
        with pytest.raises(DataError, match="left all bounds") as raised:
            method(start, {}, 1, 40)
        assert f"trajectory {0 if case in ('a logarithm', 'a root') else 1} of 2" in str(raised.value)
    with pytest.raises(DataError, match=words):
        simulator.run(start[1:], {}, 1, 40)


def test_a_forcing_and_wrong_starts_are_refused() -> None:
    with pytest.raises(EquationError, match="phase"):
        iteration(state=["x"], equations=["x + cos(phase(a))"], parameters={"a": 1}, start={"box": {"x": [0, 1]}})
    with pytest.raises(SchemaError, match="wrong shape"):
        iteration(**LOGISTIC).run(np.zeros(3), R, 1, 3)
    with pytest.raises(UsageError, match="no points"):
        iteration(**LOGISTIC).run(np.full((3, 1), 0.5), R, 1, 0)
    with pytest.raises(UsageError, match="time cannot go there"):
        iteration(**LOGISTIC).advance(np.full((3, 1), 0.5), R, -1.0)
