"""power_spectrum_error: scipy's periodograms, the blindness to amplitude, the floor, cheats."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for
from scipy.signal import periodogram

SPECTRUM = module("power_spectrum_error")


def score(forecast, truth, task, **parameters):
    return SPECTRUM.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_it_is_the_hellinger_distance_of_scipys_periodograms():
    truth, forecast = noise(seed=1, channels=1), noise(seed=2, channels=1)
    window = np.hanning(42)[1:-1]

    def density(series):
        power = periodogram(series[..., 0], window=window, detrend=False, scaling="spectrum")[1].mean(axis=0)
        power[1:-1] /= 2  # scipy's one-sided spectrum doubles the inner bins
        return power / power.sum()

    expected = np.sqrt(1 - np.sqrt(density(forecast) * density(truth)).sum())
    assert score(forecast, truth, task_for(truth, mean=0, std=1), smoothing=1e-9) == pytest.approx(expected, rel=1e-9)


def test_the_amplitude_is_out_of_sight_and_guarded():
    truth = noise()
    assert score(5 * truth, truth, task_for(truth, mean=0)) == pytest.approx(0, abs=1e-7)
    assert SPECTRUM.guard == "spectrum_distance"


def test_two_lines_apart_share_nothing():
    t = np.arange(400)
    truth = np.cos(0.2 * t)[None, :, None]
    task = task_for(truth, mean=0, std=1)
    assert score(np.cos(1.5 * t)[None, :, None], truth, task) > 0.999
    assert score(np.sin(0.2 * t)[None, :, None], truth, task) < 0.01


@pytest.mark.parametrize("trajectories,limit", [(20, 0.07), (80, 0.035)])
def test_two_truths_lie_at_the_stated_floor_and_cheats_far_above(trajectories, limit):
    truth, other = lorenz(trajectories, 300, seed=1), lorenz(trajectories, 300, seed=2)
    task = task_for(truth)
    assert score(truth, truth, task) == 0 and score(other, truth, task) < limit
    shuffled = truth[:, np.random.default_rng(0).permutation(300)]
    frozen = np.repeat(truth[:, :1], 300, axis=1)
    for cheat in (shuffled, frozen, climatology(truth, task), lorenz(trajectories, 300, seed=3, rho=45.0)):
        assert score(cheat, truth, task) > 3 * limit


def test_members_are_scored_one_by_one_and_huge_or_silent_answers_stay_on_the_scale():
    truth, a, b = noise(seed=1), noise(seed=2), np.cumsum(noise(seed=3), axis=1)
    task = task_for(truth)
    assert score(np.stack([a, b]), truth, task) == pytest.approx(np.mean([score(x, truth, task) for x in (a, b)]))
    assert 0 < score(np.full_like(truth, 1e300), truth, task) <= 1
    silent = np.zeros((2, 8, 1))
    assert score(silent, silent, task_for(silent, mean=0, std=1)) == 0
    assert score(climatology(truth, task), truth, task) == 1
