"""valid_prediction_time: closed forms, the clock, the horizon, hostile numbers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for

from dynarena.errors import UsageError

VPT = module("valid_prediction_time")


def score(forecast, truth, task, **parameters):
    return VPT.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_an_error_that_grows_linearly_crosses_at_a_known_lead():
    truth = np.zeros((1, 40, 3))
    task = task_for(truth, mean=0, std=2.0, dt=0.1, timescale=2.0)
    growing = truth + 0.08 * np.arange(1, 41)[None, :, None] + 1e-9  # E = 0.04 k: above 0.4 from lead 10 on
    assert score(growing, truth, task) == pytest.approx([9 * 0.1 / 2.0], rel=1e-14)
    assert score(growing, truth, task, threshold=0.8) == pytest.approx([19 * 0.1 / 2.0], rel=1e-14)


def test_an_exponential_error_lasts_for_the_logarithm_of_threshold_over_start():
    dt, start = 0.01, 1e-6
    truth = np.zeros((1, 2000, 1))
    task = task_for(truth, mean=0, std=1, dt=dt, timescale=1.0)
    growing = truth + start * np.exp(np.arange(1, 2001) * dt)[None, :, None]
    assert score(growing, truth, task)[0] == pytest.approx(np.log(0.4 / start), abs=dt)


def test_it_finds_the_same_lead_as_a_loop():
    truth = lorenz(8, 120, seed=1)
    forecast = truth + 0.02 * noise(trajectories=8, leads=120) * np.exp(np.arange(120) / 30)[None, :, None]
    task = task_for(truth, dt=1 / 30, timescale=1.0)
    for n, value in enumerate(score(forecast, truth, task)):
        held = 0
        for t in range(120):
            e = np.sqrt(sum(((forecast[n, t, c] - truth[n, t, c]) / task.std[c]) ** 2 for c in range(3)) / 3)
            if e > 0.4:
                break
            held = t + 1
        assert value == pytest.approx(held / 30, rel=1e-14)


def test_the_truth_lasts_the_horizon_and_a_wrong_first_lead_lasts_not_at_all():
    truth = noise()
    task = task_for(truth, dt=0.1, timescale=2.0)
    assert score(truth, truth, task) == pytest.approx(np.full(6, 40 * 0.1 / 2.0))
    assert (score(truth + 10, truth, task) == 0).all()


def test_coming_back_to_the_truth_does_not_count():
    truth = noise()
    forecast = truth.copy()
    forecast[:, 4] += 10
    task = task_for(truth, dt=0.1, timescale=1.0)
    assert score(forecast, truth, task) == pytest.approx(np.full(6, 0.4))


def test_units_and_copies_of_a_channel_do_not_matter():
    truth, forecast = noise(seed=1, channels=1), noise(seed=1, channels=1)
    forecast = forecast + np.linspace(0, 2, 40)[None, :, None]
    one = score(forecast, truth, task_for(truth))
    factor = np.array([1e-5, 1.0, 1e7])
    three = score(forecast * factor, truth * factor, task_for(truth * factor))
    np.testing.assert_allclose(one, three)


def test_the_mean_of_the_law_fails_once_the_truth_leaves_it():
    truth = lorenz(20, 300, seed=2)
    task = task_for(truth, dt=1 / 30, timescale=1.0)
    assert score(climatology(truth, task), truth, task).mean() < 0.5


def test_angles_are_valid_after_a_full_turn():
    truth = noise(channels=1)
    task = task_for(truth, angles=(0,))
    assert score(truth - 4 * np.pi, truth, task) == pytest.approx(score(truth, truth, task))


def test_an_angle_unwrapped_over_many_turns_is_measured_on_the_circle():
    truth = noise(channels=1)
    task = task_for(truth, mean=0, std=90.0, angles=(0,))
    error = VPT.curve(dataset(truth + 1, task), dataset(truth, task), task)
    np.testing.assert_allclose(error, np.sqrt(3) / np.pi, rtol=1e-12)


@pytest.mark.parametrize("hostile", [np.nan, np.inf, 1e300])
def test_a_number_that_is_none_ends_validity(hostile):
    truth = noise()
    forecast = truth.copy()
    forecast[:, 2, 1] = hostile
    task = task_for(truth, dt=0.1, timescale=1.0)
    assert score(forecast, truth, task) == pytest.approx(np.full(6, 0.2))


def test_a_task_without_a_clock_is_told_so():
    truth = noise()
    with pytest.raises(UsageError, match="timescale"):
        score(truth, truth, task_for(truth, timescale=None))
