"""Dimensions: sets whose dimension is known, pairs that time connects, attractors with published values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from dynarena.data.dimension import correlation_dimension, kaplan_yorke_dimension
from dynarena.data.system import System
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError, UsageError

N, M = 32, 600
TURN = 2 * np.pi


def uniform(d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=(N, M, d))


def attractor(name: str, dt: float, burn_in: float, n: int = N, m: int = 1000) -> np.ndarray:
    simulator = System(name).simulator
    streams = Streams([trajectory_key("dimension", name, index) for index in range(n)])
    parameters = simulator.parameters(streams, "train")
    start = simulator.advance(simulator.start(streams, parameters, "train"), parameters, burn_in)
    return simulator.run(start, parameters, dt, m)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_cube_has_the_dimension_of_its_space(d: int) -> None:
    found = correlation_dimension(uniform(d))
    assert found.value == pytest.approx(d, abs=0.02 * d) and found.sem < 0.05
    assert found.interval[0] < found.value < found.interval[1] and found.points == N * M


def test_angles_lie_on_a_circle_and_on_a_torus() -> None:
    circle = correlation_dimension(TURN * uniform(1), angles=[0])
    assert circle.value == pytest.approx(1, abs=0.02) and circle.interval[0] < 1 < circle.interval[1]
    torus = correlation_dimension(TURN * uniform(2), angles=[0, 1])
    assert torus.value == pytest.approx(2, abs=0.03) and torus.interval[0] < 2 < torus.interval[1]


def test_a_cantor_set_has_ln_2_over_ln_3() -> None:
    digits = np.random.default_rng(1).integers(0, 2, size=(N, M, 40))
    found = correlation_dimension((2 * digits * 3.0 ** -np.arange(1, 41)).sum(axis=2, keepdims=True))
    assert found.value == pytest.approx(np.log(2) / np.log(3), abs=0.03)
    assert found.interval[0] < np.log(2) / np.log(3) < found.interval[1]


def test_components_count_alike_whatever_their_units_and_a_constant_one_not_at_all() -> None:
    points = uniform(2)
    scaled = np.concatenate([points[..., :1] * 1e6, points[..., 1:] - 3e3, np.full((N, M, 1), 7.0)], axis=2)
    assert correlation_dimension(scaled).value == pytest.approx(correlation_dimension(points).value, abs=1e-6)


def test_a_theiler_window_keeps_neighbours_in_time_from_counting_as_neighbours_in_space() -> None:
    noise = np.random.default_rng(2).normal(size=(8, 4000, 2))
    smooth = gaussian_filter1d(noise, 40, axis=1, mode="wrap")
    naive, right = (correlation_dimension(smooth, theiler=theiler) for theiler in (1, 160))
    assert naive.value < 1.7 and right.value == pytest.approx(2, abs=0.06)


def test_sets_of_their_own_are_measured_by_themselves() -> None:
    circles = (
        np.arange(1, 17)[:, None, None]
        * np.stack([np.cos(TURN * uniform(1)), np.sin(TURN * uniform(1))], 2)[:16, :, :, 0]
    )
    assert correlation_dimension(circles, theiler=1).value == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("name", "dt", "published", "tolerance"), [("lorenz63", 0.19, 2.05, 0.04), ("henon", 1.0, 1.21, 0.04)]
)
def test_attractors_have_their_published_dimension(name: str, dt: float, published: float, tolerance: float) -> None:
    """Grassberger and Procaccia (1983), Physica D 9, 189: 2.05 +- 0.01 and 1.21 +- 0.01."""
    found = correlation_dimension(attractor(name, dt, 500 * dt))
    assert found.value == pytest.approx(published, abs=tolerance)
    assert found.interval[0] < published + 0.01 and found.interval[1] > published - 0.01


@pytest.mark.long
def test_more_points_of_lorenz_and_rossler_come_closer_to_their_published_dimensions() -> None:
    lorenz = correlation_dimension(attractor("lorenz63", 0.19, 100, 64, 2000))
    assert lorenz.value == pytest.approx(2.05, abs=0.025) and lorenz.sem < 0.02
    rossler = correlation_dimension(attractor("rossler", 1.53, 1000, 64, 2000))
    assert 1.85 < rossler.value < 2.02


def test_too_few_points_for_the_dimension_are_refused() -> None:
    with pytest.raises(DataError, match="too few points"):
        correlation_dimension(np.random.default_rng(0).normal(size=(8, 100, 10)))


@pytest.mark.parametrize("theiler", [0, M, -3])
def test_a_window_that_leaves_no_pairs_is_refused(theiler: int) -> None:
    with pytest.raises(UsageError, match="no pair"):
        correlation_dimension(uniform(1), theiler=theiler)
    with pytest.raises(UsageError, match="two trajectories"):
        correlation_dimension(uniform(1)[:1])


@pytest.mark.parametrize(
    ("exponents", "dimension"),
    [
        ([0.9056, 0.0, -14.5723], 2 + 0.9056 / 14.5723), ([0.42, -1.62], 1 + 0.42 / 1.62), ([-1.0, -2.0], 0.0),
        ([0.7], 1.0), ([1.0, 0.0, 0.0, -1.0], 4.0), ([-1.0, 2.0, -2.0], 2.5),
    ],
)  # fmt: skip
def test_kaplan_yorke_dimension(exponents: list[float], dimension: float) -> None:
    assert kaplan_yorke_dimension(np.array(exponents)) == pytest.approx(dimension)
