"""valid_prediction_time_smape: leads by hand, not prefix means, the horizon, the floor."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for

VALID, SMAPE = module("valid_prediction_time_smape"), module("smape")


def score(forecast, truth, *, function="metric", metric=VALID, **parameters):
    task = task_for(truth, "chaos" if truth.ndim == 3 else "pde", mean=0.0, std=1.0)
    return getattr(metric, function)(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_it_is_the_first_lead_of_too_large_an_error_in_timescales():
    truth = np.ones((3, 8, 2))
    forecast = truth.copy()
    forecast[0, 5:] = 1.36  # 200 * 0.36 / 2.36 = 30.5
    forecast[1, 5:] = 1.35  # 29.8
    forecast[2, 0] = 9
    np.testing.assert_allclose(score(forecast, truth), np.array([5, 8, 0]) * 0.05)
    np.testing.assert_allclose(score(forecast, truth, threshold=60), np.array([8, 8, 0]) * 0.05)


def test_a_long_good_start_does_not_carry_a_failure_as_prefix_means_would():
    truth = np.ones((1, 40, 1))
    forecast = np.where(np.arange(40)[None, :, None] < 30, truth, 2)
    prefix = np.cumsum(score(forecast, truth, function="curve"), axis=1) / np.arange(1, 41)
    assert prefix.max() < 30 and score(forecast, truth) == pytest.approx(30 * 0.05)


def test_its_curve_is_smape():
    for kind in ("chaos", "pde"):
        truth, forecast = noise(kind, seed=1), noise(kind, seed=2)
        values = score(forecast, truth, function="curve")
        np.testing.assert_allclose(values, score(forecast, truth, metric=SMAPE), rtol=1e-12)


def test_the_truth_lasts_the_whole_horizon_and_another_truth_is_at_the_stated_floor():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    task = task_for(truth, dt=1 / 30, timescale=1.0)
    values = [VALID.metric(dataset(f, task), dataset(truth, task), task).mean() for f in (truth, other)]
    assert values[0] == pytest.approx(10) and values[1] < 0.05 and VALID.perfect == "horizon"


def test_zeros_huge_answers_and_nan():
    zero = np.zeros((2, 4, 1))
    assert (score(zero, zero) == 4 * 0.05).all()
    truth = noise()
    assert (score(np.full_like(truth, 1e300), truth) == 0).all()
    assert (score(np.full_like(truth, np.nan), truth) == 0).all()
