"""smape: 0 to 200, by hand and by a loop."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

SMAPE = module("smape")


def score(forecast, truth, **facts):
    task = task_for(truth, "chaos" if truth.ndim == 3 else "pde", **facts)
    return SMAPE.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_the_mean_of_the_stated_terms():
    truth, forecast = noise("pde", seed=1), noise("pde", seed=2)
    values = score(forecast, truth)
    f, u = forecast[2, 7].ravel(), truth[2, 7].ravel()
    by_hand = sum(200 * abs(a - b) / (abs(a) + abs(b)) for a, b in zip(f, u, strict=True)) / f.size
    assert values.shape == truth.shape[:2]
    assert values[2, 7] == pytest.approx(by_hand, rel=1e-12)


def test_three_against_one_is_a_hundred_percent():
    one = np.ones((1, 1, 1))
    assert score(3 * one, one, std=1.0, mean=0.0) == pytest.approx(100.0, rel=1e-14)


def test_it_ends_at_two_hundred_for_opposite_signs_and_for_zero():
    truth = noise()
    np.testing.assert_allclose(score(-truth, truth), 200, rtol=1e-13)
    np.testing.assert_allclose(score(0 * truth, truth), 200, rtol=1e-13)


def test_nothing_against_nothing_is_zero():
    truth = np.zeros((2, 3, 2))
    assert (score(truth, truth, std=1.0) == 0).all()


def test_units_do_not_matter_and_the_place_of_zero_does():
    truth, forecast = noise(seed=1), noise(seed=2)
    factor = np.array([1e-4, 1, 1e6])
    np.testing.assert_allclose(score(forecast * factor, truth * factor), score(forecast, truth), rtol=1e-12)
    assert score(forecast + 100, truth + 100).mean() < 0.1 * score(forecast, truth).mean()


def test_angles_stay_within_the_scale():
    truth, forecast = 9 * noise(seed=1), 9 * noise(seed=2)
    values = score(forecast, truth, angles=(0, 1, 2))
    assert (values <= 200 + 1e-9).all() and (values >= 0).all()
    np.testing.assert_allclose(score(truth + 2 * np.pi, truth, angles=(0, 1, 2)), 0, atol=1e-9)


def test_a_number_that_is_none_never_scores_and_a_huge_one_stays_on_the_scale():
    truth = noise()
    forecast = truth.copy()
    forecast[0, 0, 0], forecast[1, 0, 0] = np.nan, 1e300
    values = score(forecast, truth)
    assert np.isnan(values[0, 0]) and values[1, 0] == pytest.approx(200 / 3)
