"""anomaly_correlation: loops, climatology at zero, offsets seen, amplitudes not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, noise, task_for, waves

ACC = module("anomaly_correlation")


def score(forecast, truth, task):
    return ACC.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_equals_loops_over_points():
    truth, forecast = noise("pde2", seed=1, leads=3), noise("pde2", seed=2, leads=3)
    task = task_for(truth, "pde2", mean=[0.5, -1, 2], std=[1, 4, 0.1])
    values = score(forecast, truth, task)
    for n in range(2):
        for t in range(3):
            each = []
            for c, mean in enumerate(task.mean):
                pairs = list(zip(forecast[n, t, c].ravel() - mean, truth[n, t, c].ravel() - mean, strict=True))
                above = math.fsum(a * b for a, b in pairs)
                each.append(above / math.sqrt(math.fsum(a * a for a, _ in pairs) * math.fsum(b * b for _, b in pairs)))
            assert values[n, t] == pytest.approx(np.mean(each), rel=1e-11)


def test_the_truth_has_one_its_opposite_minus_one_and_climatology_none():
    truth = noise("pde", seed=1) + 10
    task = task_for(truth, "pde")
    assert score(truth, truth, task) == pytest.approx(np.ones((6, 40)))
    assert score(2 * climatology(truth, task) - truth, truth, task) == pytest.approx(-np.ones((6, 40)))
    assert (score(climatology(truth, task), truth, task) == 0).all()


def test_an_offset_is_an_error_and_an_amplitude_is_none():
    truth = waves(4, 20, seed=0)
    task = task_for(truth, "pde", mean=0)
    assert (score(truth + 3 * truth.std(), truth, task) < 0.8).all()
    np.testing.assert_allclose(score(0.01 * truth, truth, task), 1, rtol=1e-12)


@pytest.mark.parametrize("amplitude", [1e-8, 1e8])
def test_units_and_resolution_do_not_matter(amplitude):
    values = []
    for points, size in ((16, 1.0), (64, amplitude)):
        x = 2 * np.pi * np.arange(points) / points
        truth = size * np.sin(x + np.arange(5)[:, None])[None, :, None]
        forecast = truth + size * np.cos(3 * x)
        values.append(score(forecast, truth, task_for(truth, "pde", mean=0)))
    np.testing.assert_allclose(values[0], values[1], rtol=1e-9)
    np.testing.assert_allclose(values[0], np.sqrt(0.5), rtol=1e-12)


def test_a_huge_answer_stays_finite():
    truth = noise("pde")
    forecast = truth.copy()
    forecast[0, 0, 0, 0] = 1e300
    assert np.isfinite(score(forecast, truth, task_for(truth, "pde"))).all()
