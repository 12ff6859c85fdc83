"""attractor_escape_rate: counts by hand, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for

from dynarena.errors import UsageError

ESCAPE = module("attractor_escape_rate")


def score(forecast, truth, task, **parameters):
    return ESCAPE.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_it_counts_by_hand():
    truth = np.stack([[[0.0], [1.0], [2.0]], [[0.4], [1.0], [2.7]]])
    task = task_for(truth, mean=0, std=1)
    forecast = np.array([[[0.0], [3.39], [3.41]], [[-0.69], [-0.71], [9.0]]])
    assert score(forecast, truth, task) == pytest.approx(3 / 6)


def test_distances_agree_with_all_pairs():
    truth, forecast = noise(seed=1), 1.5 * noise(seed=2)
    task = task_for(truth, mean=0, std=1)

    def nearest(a, b):
        return np.sqrt(((a.reshape(-1, 1, 3) - b.reshape(1, -1, 3)) ** 2).sum(-1)).min(1)

    radius = max(nearest(truth[::2], truth[1::2]).max(), nearest(truth[1::2], truth[::2]).max())
    expected = np.mean(nearest(forecast, truth) > radius)
    assert 0 < expected < 1 and score(forecast, truth, task) == pytest.approx(expected)


@pytest.mark.parametrize("trajectories", [20, 80])
def test_two_truths_lie_at_the_stated_floor_and_noise_and_another_system_above(trajectories):
    truth, other = lorenz(trajectories, 300, seed=1), lorenz(trajectories, 300, seed=2)
    task = task_for(truth)
    assert score(truth, truth, task) == 0 and score(other, truth, task) < 0.002
    noisy = truth + 0.5 * truth.std() * np.random.default_rng(0).normal(size=truth.shape)
    assert score(noisy, truth, task) > 0.4
    assert score(lorenz(trajectories, 300, seed=3, rho=36.0), truth, task) > 0.05


def test_what_leaves_counts_once_a_point_and_members_are_averaged():
    truth = noise()
    task = task_for(truth)
    half = truth.copy()
    half[:, ::2] = 1e300
    assert score(half, truth, task) == 0.5
    assert score(np.stack([half, truth]), truth, task) == 0.25
    assert score(np.full_like(truth, -1e300), truth, task) == 1


def test_full_turns_do_not_matter_and_one_trajectory_is_refused():
    truth = noise()
    assert score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2))) == 0
    with pytest.raises(UsageError, match="two trajectories"):
        score(truth[:1], truth[:1], task_for(truth[:1]))
