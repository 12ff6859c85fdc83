"""correlation_time_pearson: numpy's coefficient, closed forms at both thresholds, what it cannot see."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, noise, task_for, waves

PEARSON = module("correlation_time_pearson")


def curve(forecast, truth, task):
    return PEARSON.curve(dataset(forecast, task), dataset(truth, task), task)


def score(forecast, truth, task, **parameters):
    return PEARSON.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3"])
def test_it_is_numpys_coefficient_averaged_over_fields(kind):
    truth, forecast = noise(kind, seed=1, leads=4) + 7, noise(kind, seed=2, leads=4) - 3
    r = curve(forecast, truth, task_for(truth, kind))
    for n in range(2):
        for t in range(4):
            pairs = [np.corrcoef(forecast[n, t, c].ravel(), truth[n, t, c].ravel())[0, 1] for c in range(3)]
            assert r[n, t] == pytest.approx(np.mean(pairs), abs=1e-12)


@pytest.mark.parametrize("threshold", [0.8, 0.9])
def test_a_phase_shift_correlates_by_its_cosine(threshold):
    x = 2 * np.pi * np.arange(32) / 32
    shift = np.linspace(0.01, np.pi, 40)
    truth = np.broadcast_to(np.sin(x), (1, 40, 1, 32)).copy()
    forecast = np.sin(x + shift[:, None])[None, :, None]
    task = task_for(truth, "pde", mean=0, dt=0.1, timescale=0.5)
    expected = 0.2 * np.sum(np.cos(shift) >= threshold)
    assert score(forecast, truth, task, threshold=threshold) == pytest.approx([expected])


def test_independent_fields_about_a_large_mean_do_not_correlate_where_a_cosine_would():
    truth, forecast = noise("pde2", seed=1, channels=1) + 100, noise("pde2", seed=2, channels=1) + 100
    cosine = (forecast[0, 0] * truth[0, 0]).sum() / np.linalg.norm(forecast[0, 0]) / np.linalg.norm(truth[0, 0])
    assert cosine > 0.999
    assert np.abs(curve(forecast, truth, task_for(truth, "pde2")).mean()) < 0.05


def test_offset_and_amplitude_are_out_of_sight_so_it_never_ranks():
    truth = waves(4, 20, seed=0)
    task = task_for(truth, "pde", dt=0.1, timescale=2.0)
    assert score(0.01 * truth + 5, truth, task) == pytest.approx(np.ones(4))
    assert PEARSON.perfect is None and PEARSON.guard == "nrmse"


def test_homogeneous_fields_agree_and_one_alone_does_not():
    truth = waves(2, 5, seed=0)
    task = task_for(truth, "pde")
    assert (curve(climatology(truth, task), truth, task) == 0).all()
    assert (curve(0 * truth + 4, 0 * truth + 1, task) == 1).all()


def test_a_frame_that_is_lost_ends_it_even_if_the_next_is_right():
    truth = waves(1, 10, seed=0)
    forecast = truth.copy()
    forecast[0, 4] *= -1
    assert score(forecast, truth, task_for(truth, "pde", dt=0.1, timescale=1.0)) == pytest.approx([0.4])
