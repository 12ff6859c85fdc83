"""Maps: closed forms, sixty digits, whole iterations only."""

from __future__ import annotations

import numpy as np
import pytest

from dynarena.engines.maps import Iteration, Map
from dynarena.errors import SchemaError, UsageError
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


@pytest.mark.parametrize("dt", [0.0, 0.5, 1.5, -1.0])
def test_parts_of_an_iteration_are_refused(dt: float) -> None:
    with pytest.raises(UsageError, match="cannot be sampled"):
        iteration(**LOGISTIC).run(np.array([[0.1]]), {"r": np.array([4.0])}, dt, 3)


def test_a_solver_is_refused() -> None:
    with pytest.raises(SchemaError, match="no solver"):
        iteration(**LOGISTIC, solver={"step": 1})
