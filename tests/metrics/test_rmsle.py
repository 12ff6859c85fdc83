"""rmsle: scikit-learn's value above the minimum, offsets seen, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for
from sklearn.metrics import mean_squared_log_error

RMSLE = module("rmsle")


def score(forecast, truth, **facts):
    task = task_for(truth, "chaos" if truth.ndim == 3 else "pde", **facts)
    return RMSLE.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_scikit_learns_value_where_nothing_falls_below_the_minimum():
    truth, std = noise(seed=1), np.array([1, 2, 3])
    forecast = truth + np.abs(noise(seed=2))
    for one, f, u in zip(score(forecast, truth, std=std), forecast / std, truth / std, strict=True):
        expected = np.sqrt(mean_squared_log_error(u - u.min(axis=0), f - u.min(axis=0)))
        assert one == pytest.approx(expected, rel=1e-9)


def test_below_the_minimum_the_logarithm_goes_on():
    truth = np.array([[[0.0], [1.0]]])
    value = score(np.array([[[-3.0], [1.0]]]), truth, mean=0.0, std=1.0)
    assert value == pytest.approx(np.log(4) / np.sqrt(2))


def test_a_constant_offset_is_seen():
    truth = noise()
    assert (score(truth + 1, truth) > 0.1).all() and (score(truth, truth) == 0).all()


def test_two_truths_lie_at_the_stated_floor():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    assert score(other, truth).mean() == pytest.approx(0.49, abs=0.03)


def test_fields_still_truths_turns_and_huge_answers():
    truth, still = noise("pde"), np.ones((2, 5, 1))
    assert (score(np.full_like(truth, 1e300), truth) > 100).all() and (score(still, still) == 0).all()
    turning = noise()
    np.testing.assert_allclose(score(turning + 2 * np.pi, turning, angles=(0, 1, 2)), 0, atol=1e-9)
