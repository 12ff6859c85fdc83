"""mape: scikit-learn's value, zeros of the truth, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for
from sklearn.metrics import mean_absolute_percentage_error

MAPE = module("mape")


def score(forecast, truth, **facts):
    task = task_for(truth, "chaos" if truth.ndim == 3 else "pde", **facts)
    return MAPE.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_scikit_learns_value_in_percent_whatever_the_units():
    truth, forecast, factor = noise(seed=1), noise(seed=2), np.array([1e-3, 1, 1e5])
    for values in (score(forecast, truth), score(forecast * factor, truth * factor)):
        for one, f, u in zip(values, forecast, truth, strict=True):
            assert one.mean() == pytest.approx(100 * mean_absolute_percentage_error(u, f), rel=1e-9)


def test_zero_of_the_truth_and_the_database_s_pole_are_finite():
    truth = np.array([[[0.0], [-1e-10], [1.0]]])
    values = score(truth + 0.5, truth, mean=0.0, std=1.0)
    assert np.isfinite(values).all() and values[0, 2] == pytest.approx(50) and values[0, 0] == pytest.approx(5e11)
    assert (score(truth, truth, mean=0.0, std=1.0) == 0).all()


def test_two_truths_lie_at_the_stated_floor():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    assert 450 < score(other, truth).mean() < 700


def test_fields_turns_and_huge_answers_stay_finite():
    truth = noise("pde")
    assert np.isfinite(score(np.full_like(truth, 1e300), truth)).all()
    turning = noise()
    np.testing.assert_allclose(score(turning + 2 * np.pi, turning, angles=(0, 1, 2)), 0, atol=1e-6)
