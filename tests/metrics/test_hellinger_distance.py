"""hellinger_distance: scipy's periodograms, the mean taken away, the floor, still series."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for
from scipy.signal import periodogram

HELLINGER = module("hellinger_distance")


def score(forecast, truth, **facts):
    task = task_for(truth, **facts)
    return HELLINGER.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_the_distance_of_scipys_periodograms():
    truth, forecast = noise(seed=1), np.cumsum(noise(seed=2), axis=1)

    def shape(series):
        power = periodogram(series, axis=0)[1]
        power[1:-1] /= 2  # scipy's one-sided spectrum doubles the inner bins
        return power / power.sum(axis=0)

    for one, f, u in zip(score(forecast, truth), forecast, truth, strict=True):
        overlap = np.sqrt(shape(f) * shape(u)).sum(axis=0)
        assert one == pytest.approx(np.sqrt(1 - overlap).mean(), rel=1e-9)


def test_the_mean_does_not_drown_the_rest():
    t = np.arange(40)[None, :, None]
    slow, fast = np.cos(np.pi * t / 10), np.cos(np.pi * t / 2)
    assert score(fast + 100, slow + 100, mean=0.0, std=1.0) == pytest.approx(1)
    assert score(slow - 100, slow + 100, mean=0.0, std=1.0) == pytest.approx(0, abs=1e-7)


def test_amplitude_is_out_of_sight_and_guarded():
    truth = noise()
    assert score(5 * truth, truth).max() < 1e-7 and HELLINGER.guard == "spectrum_distance"


def test_two_truths_lie_at_the_stated_floor_and_shuffled_ones_above():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    floor = score(other, truth).mean()
    assert (score(truth, truth) == 0).all() and floor == pytest.approx(0.42, abs=0.03)
    assert score(truth[:, np.random.default_rng(0).permutation(300)], truth).mean() > floor + 0.1


def test_still_and_huge_answers_stay_on_the_scale_and_members_are_averaged():
    truth, still = noise(), np.full((6, 40, 3), 0.1)
    assert (score(still, truth) == 1).all() and (score(still, still + 1) == 0).all()
    assert (score(climatology(truth, task_for(truth)), truth) == 1).all()
    huge = truth.copy()
    huge[0, 0] = 1e300
    assert (score(huge, truth) <= 1).all()
    a, b = noise(seed=2), np.cumsum(noise(seed=3), axis=1)
    np.testing.assert_allclose(score(np.stack([a, b]), truth), (score(a, truth) + score(b, truth)) / 2)


def test_full_turns_do_not_matter():
    truth = noise()
    assert score(truth + 2 * np.pi, truth, angles=(0, 1, 2)).max() < 1e-7
