"""maximum_error: the worst point of all, never an average of worst points."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for
from scipy.spatial.distance import chebyshev

MAXIMUM = module("maximum_error")


def score(forecast, truth, task):
    return MAXIMUM.metric(dataset(forecast, task), dataset(truth, task), task)


def test_a_spike_in_one_of_two_frames_counts_in_full():
    truth = np.zeros((1, 2, 2, 8, 8))
    forecast = truth.copy()
    forecast[0, 1, 1, 3, 5] = -100
    task = task_for(truth, "pde2", mean=0, std=[1, 4])
    assert score(forecast, truth, task) == pytest.approx([25])
    curve = MAXIMUM.curve(dataset(forecast, task), dataset(truth, task), task)
    np.testing.assert_allclose(curve, [[0, 25]])


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3"])
def test_it_is_the_chebyshev_distance_in_train_stds(kind):
    truth, forecast = noise(kind, seed=1), noise(kind, seed=2)
    task = task_for(truth, kind, std=0.5)
    expected = [2 * chebyshev(f.ravel(), u.ravel()) for f, u in zip(forecast, truth, strict=True)]
    np.testing.assert_allclose(score(forecast, truth, task), expected, rtol=1e-12)


def test_units_do_not_matter_the_truth_scores_zero_and_a_huge_answer_stays_finite():
    truth, forecast = noise("pde", seed=1), noise("pde", seed=2)
    factor = np.array([1e-8, 1, 1e8])[:, None]
    here, there = task_for(truth, "pde"), task_for(truth * factor, "pde")
    np.testing.assert_allclose(score(forecast * factor, truth * factor, there), score(forecast, truth, here), rtol=1e-9)
    assert (score(truth, truth, here) == 0).all()
    forecast[0, 0, 0, 0] = 1e300
    assert np.isfinite(score(forecast, truth, here)).all()
