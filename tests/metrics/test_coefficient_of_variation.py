"""coefficient_of_variation: scipy's ratio, the sign of the mean, the floor, what it cannot see."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for

VARIATION = module("coefficient_of_variation")


def score(forecast, truth, **facts):
    task = task_for(truth, **facts)
    return VARIATION.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_numpys_deviation_over_the_mean_whatever_the_units():
    truth, forecast, factor = noise(seed=1) + 3, noise(seed=2), np.array([1e-3, 1, 1e5])
    expected = 100 * ((forecast - truth).std(axis=1) / np.abs(truth.mean(axis=1))).mean(axis=1)
    np.testing.assert_allclose(score(forecast * factor, truth * factor), expected, rtol=1e-9)


def test_a_negative_mean_makes_no_forecast_better():
    truth, forecast = noise(seed=1) + 3, noise(seed=2)
    np.testing.assert_allclose(score(-forecast, -truth), score(forecast, truth))
    assert (score(forecast, truth) > 0).all()


def test_an_offset_is_out_of_sight_so_it_never_ranks():
    truth = noise()
    assert score(truth + 5, truth).max() < 1e-6 * score(noise(seed=2), truth).min()
    assert VARIATION.perfect is None and VARIATION.guard == "nrmse"


def test_two_truths_lie_at_the_stated_floor():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    assert 1200 < score(other, truth).mean() < 1700


def test_truths_about_zero_still_ones_turns_and_huge_answers_stay_finite():
    still, truth = np.zeros((2, 5, 1)), noise()
    assert (score(still, still) == 0).all() and np.isfinite(
        score(noise(channels=1, trajectories=2, leads=5), still)
    ).all()
    huge = truth.copy()
    huge[0, 0] = 1e300
    assert np.isfinite(score(huge, truth)).all()
    assert score(truth + 2 * np.pi, truth, angles=(0, 1, 2)).max() < 1e-6


@pytest.mark.parametrize("mean", [1e-3, 10.0])
def test_it_falls_with_the_mean(mean):
    truth = np.array([[[mean - 1], [mean + 1]]])
    assert score(np.full_like(truth, 7.0), truth)[0] == pytest.approx(100 / mean)
