"""mae: scikit-learn's value, units, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for
from sklearn.metrics import mean_absolute_error

MAE = module("mae")


def score(forecast, truth, task):
    return MAE.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_scikit_learns_mean_in_train_stds():
    truth, forecast, std = noise(seed=1), noise(seed=2), np.array([1, 2, 3])
    values = score(forecast, truth, task_for(truth, std=std))
    assert values.shape == truth.shape[:2]
    for one, f, u in zip(values, forecast / std, truth / std, strict=True):
        assert one.mean() == pytest.approx(mean_absolute_error(u, f), rel=1e-12)


def test_two_truths_lie_at_the_stated_floor_and_the_mean_below():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    task = task_for(truth)
    assert score(other, truth, task).mean() == pytest.approx(1.11, abs=0.05)
    assert score(np.zeros_like(truth) + task.mean, truth, task).mean() == pytest.approx(0.81, abs=0.03)


def test_fields_members_turns_and_huge_answers():
    truth, other = noise("pde", seed=1), noise("pde", seed=2)
    task = task_for(truth, "pde")
    np.testing.assert_allclose(score(np.stack([truth, other]), truth, task), score((truth + other) / 2, truth, task))
    assert np.isfinite(score(np.full_like(truth, 1e300), truth, task)).all()
    turning = noise()
    assert score(turning + 2 * np.pi, turning, task_for(turning, angles=(0, 1, 2))).max() < 1e-9
    assert np.isnan(score(truth * np.nan, truth, task)).all()
