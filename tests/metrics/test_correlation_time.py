"""correlation_time: against numpy's own correlation, closed forms, offsets and stillness."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, noise, task_for, waves

CORRELATION = module("correlation_time")


def curve(forecast, truth, task):
    return CORRELATION.curve(dataset(forecast, task), dataset(truth, task), task)


def score(forecast, truth, task, **parameters):
    return CORRELATION.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_it_is_pearsons_correlation_where_fields_have_the_train_mean():
    truth, forecast = noise("pde", seed=1, channels=1), noise("pde", seed=2, channels=1)
    truth -= truth.mean(axis=-1, keepdims=True)
    forecast -= forecast.mean(axis=-1, keepdims=True)
    r = curve(forecast, truth, task_for(truth, "pde", mean=0))
    for n in range(3):
        for t in range(5):
            assert r[n, t] == pytest.approx(np.corrcoef(forecast[n, t, 0], truth[n, t, 0])[0, 1], abs=1e-12)


def test_a_phase_shift_correlates_by_its_cosine():
    x = 2 * np.pi * np.arange(32) / 32
    shift = np.linspace(0.01, np.pi, 40)
    truth = np.broadcast_to(np.sin(x), (1, 40, 1, 32)).copy()
    forecast = np.sin(x + shift[:, None])[None, :, None]
    task = task_for(truth, "pde", mean=0, dt=0.1, timescale=1.0)
    np.testing.assert_allclose(curve(forecast, truth, task)[0], np.cos(shift), atol=1e-12)
    assert score(forecast, truth, task) == pytest.approx([0.1 * np.sum(np.cos(shift) >= 0.8)])
    assert score(forecast, truth, task, threshold=0.5) == pytest.approx([0.1 * np.sum(np.cos(shift) >= 0.5)])


def test_independent_noise_about_a_large_mean_does_not_correlate():
    truth, forecast = noise("pde2", seed=1) + 100, noise("pde2", seed=2) + 100
    assert np.abs(curve(forecast, truth, task_for(truth, "pde2")).mean()) < 0.05


def test_a_constant_offset_is_an_error():
    truth = waves(4, 20, seed=0)
    task = task_for(truth, "pde", mean=0)
    assert (curve(truth + 3 * truth.std(), truth, task) < 0.8).all()
    assert (score(truth + 3 * truth.std(), truth, task) == 0).all()


def test_amplitude_is_out_of_sight():
    truth = waves(4, 20, seed=0)
    task = task_for(truth, "pde", mean=0)
    np.testing.assert_allclose(curve(0.01 * truth, truth, task), 1, rtol=1e-12)


def test_the_truth_lasts_the_horizon_and_climatology_not_at_all():
    truth = noise("pde2")
    task = task_for(truth, "pde2", dt=0.1, timescale=2.0)
    assert score(truth, truth, task) == pytest.approx(np.full(6, 2.0))
    assert (score(climatology(truth, task), truth, task) == 0).all()


def test_two_still_fields_agree_and_one_alone_does_not():
    truth = np.zeros((1, 3, 1, 16))
    task = task_for(truth, "pde", mean=0, std=1)
    assert (curve(truth, truth, task) == 1).all()
    assert (curve(truth + 1, truth, task) == 0).all()


def test_units_of_a_field_do_not_matter():
    truth, forecast = noise("pde", seed=1), noise("pde", seed=1) + 0.3 * noise("pde", seed=2)
    factor = np.array([1e-6, 1, 1e4])[:, None]
    here, there = task_for(truth, "pde"), task_for(truth * factor, "pde")
    np.testing.assert_allclose(curve(forecast * factor, truth * factor, there), curve(forecast, truth, here), rtol=1e-9)


@pytest.mark.parametrize("hostile", [np.nan, np.inf, 1e300])
def test_a_number_that_is_none_ends_it(hostile):
    truth = waves(2, 20, seed=0)
    forecast = truth.copy()
    forecast[:, 5, 0, 3] = hostile
    task = task_for(truth, "pde", dt=0.1, timescale=1.0)
    assert score(forecast, truth, task) == pytest.approx([0.5, 0.5])
