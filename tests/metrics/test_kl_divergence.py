"""kl_divergence: scipy's densities, the bound, determinism, the floor, cheats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for
from scipy.stats import gaussian_kde

DIVERGENCE = module("kl_divergence")
BOUND = math.log(1e6)


def score(forecast, truth, task, **parameters):
    return DIVERGENCE.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_it_is_the_integral_of_the_densities_over_the_line():
    truth = np.random.default_rng(1).normal(size=(2, 30, 1))
    forecast = 1 + 2 * np.random.default_rng(2).normal(size=(2, 30, 1))
    x = np.linspace(-20, 20, 6000)
    p, q = (gaussian_kde(a.ravel(), bw_method=1 / a.std(ddof=1))(x) for a in (truth, forecast))
    expected = np.trapezoid(p * np.log(p / q), x)
    value = score(forecast, truth, task_for(truth, mean=0, std=1), samples=60000)
    assert value == pytest.approx(expected, rel=0.03)


def test_two_single_points_have_half_their_squared_distance():
    truth, forecast = np.zeros((1, 4, 2)), np.ones((1, 4, 2))
    value = score(forecast, truth, task_for(truth, mean=0, std=1), samples=100000)
    assert value == pytest.approx(1.0, rel=0.02)


def test_two_truths_lie_at_the_stated_floor_and_cheats_above():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    task = task_for(truth)
    assert score(truth, truth, task) == 0 and score(other, truth, task) < 0.01
    for cheat in (climatology(truth, task), truth + truth.std(), lorenz(40, 300, seed=3, rho=36.0)):
        assert score(cheat, truth, task) > 0.1


def test_what_escapes_reaches_the_bound_and_not_infinity():
    truth = noise()
    task = task_for(truth)
    assert score(np.full_like(truth, 1e300), truth, task) == pytest.approx(BOUND, rel=1e-3)
    assert not score(np.full_like(truth, np.nan), truth, task) < BOUND


def test_a_second_call_gives_the_same_bits_members_are_averaged_and_turns_do_not_matter():
    truth, a, b = noise(seed=1), 2 * noise(seed=2), 3 * noise(seed=3)
    task = task_for(truth)
    each = [score(member, truth, task) for member in (a, b)]
    assert each == [score(member, truth, task) for member in (a, b)] and min(each) > 0
    assert score(np.stack([a, b]), truth, task) == pytest.approx(np.mean(each))
    assert score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2))) < 1e-9


def test_units_do_not_matter_and_time_is_left_to_the_guard():
    truth, forecast, factor = noise(seed=1), 2 * noise(seed=2), np.array([1e-6, 1, 1e6])
    scaled = score(forecast * factor, truth * factor, task_for(truth * factor))
    assert scaled == pytest.approx(score(forecast, truth, task_for(truth)), rel=1e-6)
    shuffled = truth[:, np.random.default_rng(0).permutation(40)]
    assert score(shuffled, truth, task_for(truth)) < 1e-9 and DIVERGENCE.guard == "spectrum_distance"
