"""rmse: scikit-learn's value pooled over the horizon, its curve, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for
from sklearn.metrics import mean_squared_error

RMSE = module("rmse")


def score(forecast, truth, task, function="metric"):
    return getattr(RMSE, function)(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_the_root_of_scikit_learns_mean_and_of_its_own_curve():
    truth, forecast, std = noise(seed=1), noise(seed=2), np.array([1, 2, 3])
    task = task_for(truth, std=std)
    values = score(forecast, truth, task)
    for one, f, u in zip(values, forecast / std, truth / std, strict=True):
        assert one == pytest.approx(np.sqrt(mean_squared_error(u, f)), rel=1e-12)
    np.testing.assert_allclose(np.sqrt((score(forecast, truth, task, "curve") ** 2).mean(axis=1)), values)


def test_two_truths_lie_at_the_stated_floor():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    assert score(other, truth, task_for(truth)).mean() == pytest.approx(1.4, abs=0.05)


def test_fields_turns_and_huge_answers():
    truth = noise("pde", seed=1)
    task = task_for(truth, "pde")
    assert (score(truth, truth, task) == 0).all()
    assert np.isfinite(score(np.full_like(truth, 1e300), truth, task)).all()
    turning = noise()
    assert score(turning + 2 * np.pi, turning, task_for(turning, angles=(0, 1, 2))).max() < 1e-9
