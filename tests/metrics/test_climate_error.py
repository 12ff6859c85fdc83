"""climate_error: closed forms, an independent reference, the floor, and what it does not forgive."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for
from scipy.stats import energy_distance

CLIMATE = module("climate_error")


def score(forecast, truth, task, **parameters):
    return CLIMATE.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_the_truth_has_no_error_and_the_mean_state_nearly_all_of_it():
    truth = lorenz(6, 300, seed=1)
    task = task_for(truth)
    assert score(truth, truth, task) == 0
    still = np.broadcast_to(truth.mean(axis=(0, 1)), truth.shape)
    assert score(still, truth, task) > 0.6


def test_places_are_scipys_energy_distance_as_a_fraction():
    truth, forecast = noise(seed=1, channels=1), 1 + 2 * noise(seed=2, channels=1)
    expected = []
    for u, f in zip(truth[..., 0], forecast[..., 0], strict=True):
        across = np.abs(u[:, None] - f).mean()
        expected.append(energy_distance(u, f) ** 2 / (2 * across))
    assert CLIMATE._places(truth, forecast, 10**6) == pytest.approx(np.mean(expected), rel=1e-9)


def test_twice_the_amplitude_has_its_closed_form_of_pace():
    truth = noise(seed=3)
    assert CLIMATE._pace(truth, 2 * truth, 1.0) == pytest.approx(1 / np.sqrt(5), rel=1e-9)


def test_two_truths_are_at_the_stated_floor():
    pair = lorenz(40, 1500, seed=1)
    task = task_for(pair[:20])
    assert score(pair[20:], pair[:20], task) == pytest.approx(0.045, abs=0.01)


def test_frozen_runs_and_shuffled_runs_lose_though_together_they_have_the_law_of_the_truth():
    pair = lorenz(40, 400, seed=1)
    truth, other = pair[:20], pair[20:]
    task = task_for(truth)
    floor = score(other, truth, task)
    frozen = np.broadcast_to(other[:, :1], truth.shape)
    order = np.random.default_rng(0).permutation(truth.shape[1])
    assert score(frozen, truth, task) > 8 * floor
    assert score(truth[:, order], truth, task) > 5 * floor
    assert CLIMATE._places(truth, truth[:, order], 10**6) == pytest.approx(0, abs=1e-12)


def test_huge_values_lose_without_a_warning():
    truth = noise(seed=4)
    assert 0.5 < score(np.full_like(truth, 1e200), truth, task_for(truth)) <= 1
