"""state_space_divergence_mixture: scipy's densities, the bound, the floor, shrinkage, hostile answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for
from scipy.stats import gaussian_kde

from dynarena.errors import UsageError

MIXTURE = module("state_space_divergence_mixture")
BOUND = math.log(1000)


def score(forecast, truth, task, **parameters):
    return MIXTURE.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_it_is_the_integral_of_the_densities_over_the_line():
    truth = np.repeat(np.random.default_rng(1).normal(size=(1, 30, 1)), 2, axis=0)
    forecast = 0.5 + 1.5 * np.random.default_rng(2).normal(size=(2, 30, 1))
    x = np.linspace(-12, 12, 4000)

    def density(points):
        points = points.ravel()
        return gaussian_kde(points, bw_method=0.3 / points.std(ddof=1))(x)

    p, q = density(truth), density(forecast)
    expected = np.trapezoid(p * np.log(p / (0.999 * q + 0.001 * p)), x)
    assert score(forecast, truth, task_for(truth, mean=0, std=1), samples=40000) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("trajectories", [20, 80])
def test_two_truths_lie_at_the_stated_floor_and_cheats_above(trajectories):
    truth, other = lorenz(trajectories, 300, seed=1), lorenz(trajectories, 300, seed=2)
    task = task_for(truth)
    mean = truth.mean(axis=(0, 1))
    assert score(truth, truth, task) == 0 and score(other, truth, task) < 0.03
    for cheat, least in (
        (climatology(truth, task), 3),
        (np.repeat(truth[:, :1], 300, axis=1), 0.1),
        (mean + 0.8 * (other - mean), 0.1),
        (mean + 1.2 * (other - mean), 0.05),
        (lorenz(trajectories, 300, seed=3, rho=36.0), 0.4),
    ):
        assert score(cheat, truth, task) > least


def test_ten_coordinates_tell_a_shifted_law_from_the_same():
    rng = np.random.default_rng(0)
    truth, other = rng.normal(size=(2, 40, 50, 10))
    task = task_for(truth, mean=0, std=1)
    assert score(other, truth, task, width=1.0) < 0.05 < 0.3 < score(other + 0.5, truth, task, width=1.0)


def test_points_that_escape_count_and_the_bound_holds():
    truth = noise()
    task = task_for(truth)
    half = truth.copy()
    half[:, ::2] = 1e300
    assert 5 < score(np.full_like(truth, 1e300), truth, task) <= BOUND
    assert score(half, truth, task, width=1.0) > score(truth, truth, task, width=1.0) == 0


def test_a_second_call_gives_the_same_bits_and_members_are_averaged():
    truth, a, b = noise(seed=1), 2 * noise(seed=2), 3 * noise(seed=3)
    task = task_for(truth)
    each = [score(member, truth, task) for member in (a, b)]
    assert each == [score(member, truth, task) for member in (a, b)] and min(each) > 0
    assert score(np.stack([a, b]), truth, task) == pytest.approx(np.mean(each))


def test_full_turns_do_not_matter_and_one_trajectory_is_refused():
    truth = noise()
    assert score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2))) < 1e-9
    with pytest.raises(UsageError, match="two trajectories"):
        score(truth[:1], truth[:1], task_for(truth[:1]))
    assert not score(np.full_like(truth, np.nan), truth, task_for(truth)) < BOUND
