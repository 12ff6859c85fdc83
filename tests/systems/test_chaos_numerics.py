"""Every chaotic system's trajectories: their bits, their accuracy, their Jacobian, what they conserve."""

from __future__ import annotations

import numpy as np
import pytest
from chaos_catalogue import (
    POINTS,
    apart,
    each_point_system,
    each_system,
    is_map,
    named,
    seeded,
    simulator,
    spec,
    step_of,
)

from dynarena.equations.evaluate import evaluate

EPSILON = 2.0**-52
ROUNDING = 20.0  # roundings of a step, each as large as that of the start
DIFFERENCE = 1e-6  # of a central difference, in units of each component


def most_varied_split(name: str) -> str:
    return "ood_parameters" if "ood_parameters" in spec(name).splits else "test"


@each_system
def test_a_trajectory_has_the_same_bits_alone_in_batches_on_threads_and_as_a_prefix(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, dt, split = simulator(name), step_of(name), most_varied_split(name)
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    parameters, start = seeded(name, 19, split, burn_in=1)
    reference = system.run(start, parameters, dt, 40)
    for rows in (slice(0, 1), slice(0, 7), slice(5, 6), slice(12, 19)):
        few = {key: values[rows] for key, values in parameters.items()}
        assert np.array_equal(system.run(start[rows], few, dt, 40), reference[rows])
    assert np.array_equal(system.run(start, parameters, dt, 23), reference[:, :23])
    monkeypatch.setenv("DYNARENA_THREADS", "2")
    assert np.array_equal(system.run(start, parameters, dt, 40), reference)
    alone_parameters, alone = seeded(name, 1, split, burn_in=1)
    assert np.array_equal(alone, start[:1])
    assert all(np.array_equal(values, parameters[key][:1]) for key, values in alone_parameters.items())


@each_system
def test_the_stated_step_holds_a_timescale_to_nine_digits_or_to_what_rounding_becomes(name: str) -> None:
    """One timescale is e-fold growth on average only: relaxation fronts and long clocks grow rounding far more."""
    system, dt = simulator(name), step_of(name)
    parameters, start = seeded(name, 4, burn_in=5)
    n = 2 if is_map(name) else 101
    run = system.run(start, parameters, dt, n)
    std = np.maximum(system.run(start, parameters, dt, 1500).std(axis=(0, 1)), 1e-12)

    def off(other: np.ndarray) -> float:
        return float((np.abs(apart(name, other, run)) / std).max())

    steps = n * dt / getattr(system, "step", dt)
    allowed = max(1e-9, ROUNDING * np.sqrt(steps) * off(system.run(start * (1 + EPSILON), parameters, dt, n)))
    assert off(system.run(start, parameters, dt, n, refine=2)) < allowed
    assert off(system.verify(start, parameters, dt, n)) < allowed


@each_point_system
def test_the_jacobian_is_the_slope_of_the_right_hand_side(name: str) -> None:
    system = simulator(name)
    parameters, start = seeded(name, 3, burn_in=5)
    size = np.maximum(np.abs(start).max(axis=0), 1e-3)
    jacobian = system.jacobian(start, parameters)
    for column in range(system.shape[0]):
        shift = np.zeros(system.shape)
        shift[column] = DIFFERENCE * size[column]
        ahead, behind = system.rhs(start + shift, parameters), system.rhs(start - shift, parameters)
        change = apart(name, ahead, behind) if is_map(name) else ahead - behind
        slope = change / (2 * shift[column])
        scale = np.abs(system.rhs(start, parameters)).max() / size[column] + np.abs(jacobian).max()
        assert np.abs(jacobian[..., column] - slope).max() < 3e-5 * scale, column


@pytest.mark.parametrize("name", [name for name in POINTS if not is_map(name)])
def test_angles_enter_a_flow_by_their_sine_and_cosine_alone(name: str) -> None:
    system = simulator(name)
    parameters, start = seeded(name, 4, burn_in=1)
    for place, label in enumerate(system.labels):
        if label in system.angles:
            turned = start.copy()
            turned[:, place] += 2 * np.pi
            gap = system.rhs(turned, parameters) - system.rhs(start, parameters)
            assert np.abs(gap).max() < 1e-9 * (1 + np.abs(system.rhs(start, parameters)).max()), label


@each_point_system
def test_invariants_are_kept(name: str) -> None:
    system = simulator(name)
    parameters, start = seeded(name, 8)
    run = system.run(start, parameters, step_of(name), 2000)
    for invariant in system.spec.invariants.values():
        columns = {key: values[:, None] for key, values in parameters.items()}
        values = evaluate(system.system.expression(invariant.expression), named(system, run) | columns)
        scale = evaluate(system.system.expression(invariant.scale or "1"), columns)
        assert np.abs((values - values[:, :1]) / scale).max() < 1e-9


@each_point_system
def test_symmetries_commute_with_the_dynamics(name: str) -> None:
    """S(x(t)) is a trajectory: DS f(x) = f(S x), and -f(S x) where S turns time; of an affine S, DS v = S v - S 0."""
    system = simulator(name)
    parameters, start = seeded(name, 5)
    for symmetry in system.spec.symmetries.values():
        before, _, image = (part.strip() for part in symmetry.partition("->"))

        def apply(state: np.ndarray, image: str = image) -> np.ndarray:
            values = named(system, state)
            if system.system.indexed:
                return np.asarray(evaluate(system.system.expression(image), values))
            parts = [part for part in image[1:-1].split(",") if part.strip() != "-t"]
            return np.stack([evaluate(system.system.expression(part), values) for part in parts], -1)

        slope = system.rhs(start, parameters)
        turned = slope if is_map(name) else apply(slope) - apply(np.zeros_like(slope))
        after = apply(slope) if is_map(name) else -turned if ", t)" in before else turned
        assert not np.allclose(apply(start), start)
        assert np.allclose(system.rhs(apply(start), parameters), after, rtol=1e-11, atol=1e-11), symmetry
