"""nrmse: closed forms, an independent loop, invariances."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, noise, task_for

NRMSE = module("nrmse")
KINDS = ["chaos", "pde", "pde2", "video"]


def score(forecast, truth, task):
    return NRMSE.metric(dataset(forecast, task), dataset(truth, task), task)


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_scores_zero_and_climatology_exactly_one(kind):
    for channels, amplitude in ((1, 1.0), (2, 1e-6), (5, 1e8)):
        truth = noise(kind, channels=channels) * amplitude + 3 * amplitude
        task = task_for(truth + amplitude, kind)
        assert (score(truth, truth, task) == 0).all()
        assert (score(climatology(truth, task), truth, task) == 1).all()


def test_it_equals_a_loop_over_numbers():
    truth, forecast = noise(seed=1, trajectories=2, leads=5), noise(seed=2, trajectories=2, leads=5)
    task = task_for(truth, mean=[0.3, -1, 2], std=[1, 2, 0.5])
    for n, value in enumerate(score(forecast, truth, task)):
        above = below = 0.0
        for t in range(5):
            for c in range(3):
                above += ((forecast[n, t, c] - truth[n, t, c]) / task.std[c]) ** 2
                below += ((truth[n, t, c] - task.mean[c]) / task.std[c]) ** 2
        assert value == pytest.approx(math.sqrt(above / below), rel=1e-13)


def test_the_curve_has_the_value_as_its_root_mean_square():
    truth, forecast = noise("pde", seed=1), noise("pde", seed=2)
    task = task_for(truth, "pde")
    curve = NRMSE.curve(dataset(forecast, task), dataset(truth, task), task)
    assert curve.shape == truth.shape[:2]
    np.testing.assert_allclose(np.sqrt((curve**2).mean(axis=1)), score(forecast, truth, task), rtol=1e-13)


def test_units_of_a_channel_do_not_matter():
    truth, forecast = noise(seed=1), noise(seed=2)
    factor, shift = np.array([1e-3, 1.0, 1e5]), np.array([4.0, -2.0, 1e4])
    here = score(forecast, truth, task_for(truth))
    there = score(forecast * factor + shift, truth * factor + shift, task_for(truth * factor + shift))
    np.testing.assert_allclose(there, here, rtol=1e-9)


def test_resolution_does_not_matter_for_smooth_fields():
    def fields(points):
        x = 2 * np.pi * np.arange(points) / points
        truth = np.sin(x + np.arange(5)[:, None])[None, :, None]
        return truth, truth + 0.3 * np.cos(2 * x)

    values = []
    for points in (16, 64):
        truth, forecast = fields(points)
        values.append(score(forecast, truth, task_for(truth, "pde", mean=0, std=1)))
    np.testing.assert_allclose(values[0], values[1], rtol=1e-12)
    np.testing.assert_allclose(values[0], 0.3, rtol=1e-12)


def test_a_truth_that_decays_to_the_mean_divides_by_nothing():
    truth = np.exp(-np.arange(400.0))[None, :, None] * np.ones((2, 1, 3))
    truth[1] = 0
    task = task_for(truth, mean=0, std=1)
    value = score(truth + 1e-9, truth, task)
    assert np.isfinite(value).all() and value[0] < 1e-6 and value[1] == pytest.approx(1e-3)
    assert (score(truth, truth, task) == 0).all()


def test_a_channel_that_never_varies_is_measured_by_its_size():
    truth = np.stack([noise()[..., 0], np.full((6, 40), 5.0)], axis=-1)
    task = task_for(truth, std=[1.0, 0.0], mean=[0.0, 5.0])
    off = truth.copy()
    off[..., 1] += 5.0
    expected = 1 / np.sqrt((truth[..., 0] ** 2).mean(axis=1))
    np.testing.assert_allclose(score(off, truth, task), expected, rtol=1e-12)


def test_angles_differ_the_short_way_round():
    truth = noise(channels=2)
    task = task_for(truth, angles=(1,))
    turned = truth + np.array([0, 2 * np.pi])
    np.testing.assert_allclose(score(turned, truth, task), 0, atol=1e-14)
    assert (score(turned, truth, task_for(truth)) > 1).all()


def test_an_ensemble_answers_by_its_mean():
    truth, spread = noise(seed=1), noise(seed=2)
    task = task_for(truth)
    assert score(np.stack([truth - spread, truth + spread]), truth, task) == pytest.approx(np.zeros(6), abs=1e-12)


def test_an_ensemble_of_angles_answers_by_its_mean_on_the_circle():
    truth = np.full((1, 3, 1), np.pi)
    task = task_for(truth, mean=0, std=1, angles=(0,))
    assert score(np.stack([truth - 0.1, truth + 0.1 - 2 * np.pi]), truth, task) == pytest.approx(0, abs=1e-12)


def test_frames_of_bytes_are_read_as_fractions():
    truth = np.random.default_rng(0).integers(0, 256, (2, 3, 3, 8, 8), dtype=np.uint8)
    task = task_for(truth / 255, "video")
    assert (score(truth / 255.0, truth, task) == 0).all()
    assert (score(climatology(truth / 255, task), truth, task) == 1).all()


def test_a_huge_answer_has_a_huge_finite_error():
    truth = noise()
    forecast = truth.copy()
    forecast[0, 0, 0] = 1e300
    value = score(forecast, truth, task_for(truth))
    assert np.isfinite(value).all() and value[0] > 1e50 and (value[1:] == 0).all()


def test_a_number_that_is_none_never_scores():
    truth = noise()
    forecast = truth.copy()
    forecast[0, 3, 1] = np.nan
    assert np.isnan(score(forecast, truth, task_for(truth))[0])
