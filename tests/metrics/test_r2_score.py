"""r2_score: scikit-learn's value, climatology of each component, still truths, the floor."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for
from sklearn.metrics import r2_score

R2 = module("r2_score")


def score(forecast, truth, **facts):
    task = task_for(truth, "chaos" if truth.ndim == 3 else "pde", **facts)
    return R2.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_scikit_learns_value_of_standardised_components():
    truth, forecast, std = noise(seed=1), noise(seed=2), np.array([1, 2, 3])
    for one, f, u in zip(score(forecast, truth, std=std), forecast / std, truth / std, strict=True):
        assert one == pytest.approx(r2_score(u, f, multioutput="variance_weighted"), rel=1e-12)


def test_the_mean_of_each_component_scores_zero_even_where_the_means_differ():
    truth = noise() + [0, 10, -100]
    means = np.broadcast_to(truth.mean(axis=1, keepdims=True), truth.shape)
    np.testing.assert_allclose(score(means, truth), 0, atol=1e-9)
    assert (score(truth, truth) == 1).all()


def test_two_truths_lie_at_the_stated_floor():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    assert score(other, truth).mean() == pytest.approx(-1.05, abs=0.1)


def test_still_truths_turns_and_huge_answers_stay_finite():
    still = np.ones((2, 5, 1))
    assert (score(still, still) == 1).all() and np.isfinite(score(still + 1, still)).all()
    truth = noise("pde")
    assert np.isfinite(score(np.full_like(truth, 1e300), truth)).all()
    turning = noise()
    np.testing.assert_allclose(score(turning + 2 * np.pi, turning, angles=(0, 1, 2)), 1)
