"""spectral_divergence: closed forms of two waves, scipy's relative entropy, the shells that are kept."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, stirred, task_for
from scipy.ndimage import gaussian_filter1d
from scipy.stats import entropy

DIVERGENCE = module("spectral_divergence")


def score(forecast, truth, task, **parameters):
    return DIVERGENCE.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def waves(sizes, points=64):
    x = 2 * np.pi * np.arange(points) / points
    return sum(size * np.cos(k * x + k) for k, size in sizes.items())[None, None, None]


@pytest.mark.parametrize("points", [32, 100])
def test_two_waves_have_a_closed_form_at_any_resolution(points):
    truth, forecast = waves({2: 1, 5: 1}, points), waves({2: 1, 5: 0.5}, points)
    task = task_for(truth, "pde", mean=0)
    expected = 0.5 * np.log(0.5 / 0.8) + 0.5 * np.log(0.5 / 0.2)
    assert score(forecast, truth, task) == pytest.approx(expected, rel=1e-6)
    assert score(forecast * 1e3, truth, task) == pytest.approx(expected, rel=1e-6), "amplitude is out of sight"


def test_it_is_scipys_relative_entropy_of_mean_powers_in_shells():
    truth, forecast = noise("pde2", seed=1, leads=3, channels=1), noise("pde2", seed=2, leads=3, channels=1)
    task = task_for(truth, "pde2", mean=0, std=1)
    modes = np.fft.fftfreq(8, 1 / 8)
    radius = np.rint(np.hypot(modes[:, None], modes)).astype(int)

    def mean_power(a):
        power = (np.abs(np.fft.fft2(a[:, :, 0])) ** 2).mean(axis=0)
        return np.array([[frame[radius == k].mean() for k in range(1, 7)] for frame in power])

    p, q = mean_power(truth), mean_power(forecast)
    every = np.mean([entropy(a, b) for a, b in zip(p, q, strict=True)])
    upper = np.mean([entropy(a[3:], b[3:]) for a, b in zip(p, q, strict=True)])
    assert score(forecast, truth, task, percentile=0.0) == pytest.approx(every, rel=1e-6)
    assert score(forecast, truth, task) == pytest.approx(upper, rel=1e-6)


def test_what_lies_below_the_upper_half_of_the_truth_s_scales_is_out_of_sight():
    truth = waves({1: 1, 2: 1, 3: 1, 4: 1})
    task = task_for(truth, "pde", mean=0)
    assert score(waves({1: 9, 2: 0.1, 3: 1, 4: 1}), truth, task) == pytest.approx(0, abs=1e-6)
    assert score(waves({1: 1, 2: 1, 3: 1, 4: 0.1}), truth, task) > 0.5


def test_a_dealiased_truth_keeps_shells_that_it_fills():
    truth = stirred(8, 10, seed=0)
    blurred = gaussian_filter1d(truth, 2, axis=-1, mode="wrap")
    task = task_for(truth, "pde")
    assert score(truth, truth, task) == 0
    assert score(blurred, truth, task) > 0.02


def test_the_curve_is_the_divergence_at_each_lead():
    truth, forecast = stirred(5, 12, seed=0), stirred(5, 12, seed=1)
    task = task_for(truth, "pde")
    rows = DIVERGENCE.curve(dataset(forecast, task), dataset(truth, task), task)
    assert rows.shape == (5, 12) and (rows == rows[0]).all()
    assert rows.mean() == pytest.approx(score(forecast, truth, task), rel=1e-12)


def test_members_are_scored_one_by_one_and_silence_and_huge_rows_stay_finite():
    truth, one = stirred(5, 12, seed=0), stirred(5, 12, seed=1)
    task = task_for(truth, "pde")
    assert score(np.stack([truth, one]), truth, task) == pytest.approx(score(one, truth, task) / 2, rel=1e-9)
    assert np.isfinite(score(0 * truth, truth, task)) and score(0 * truth, 0 * truth, task) == 0
    huge = truth.copy()
    huge[0, 0, 0, 0] = 1e300
    assert np.isfinite(score(huge, truth, task))
    assert DIVERGENCE.guard == "spectrum_distance"
