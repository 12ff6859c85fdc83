"""mmd: a loop, the closed form of shifted Gaussians, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for

from dynarena.errors import UsageError

MMD = module("mmd")


def score(forecast, truth, task, **parameters):
    return MMD.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_it_equals_a_loop_over_pairs_of_different_trajectories():
    truth, forecast = noise(seed=1, trajectories=3, leads=5), 2 * noise(seed=2, trajectories=3, leads=5)
    task = task_for(truth, mean=0, std=1)
    u, f = truth.reshape(15, 3), forecast.reshape(15, 3)
    pairs = [(i, j) for i in range(15) for j in range(15) if i // 5 != j // 5]
    length = np.median([np.sum((u[i] - u[j]) ** 2) for i, j in pairs])

    def mean(a, b):
        ratio = [np.sum((a[i] - b[j]) ** 2) / length for i, j in pairs]
        return np.mean([[(1 + r / (2 * s)) ** -s for s in (0.5, 1, 2)] for r in ratio])

    expected = mean(u, u) + mean(f, f) - 2 * mean(u, f)
    assert expected > 0.01 and score(forecast, truth, task) == pytest.approx(expected, rel=1e-9)


def test_two_points_far_apart_reach_the_kernel_s_closed_form():
    truth = np.concatenate([np.zeros((2, 4, 1)), np.ones((2, 4, 1))])
    task = task_for(truth, mean=0, std=1)
    value = score(np.full_like(truth, 1e8), truth, task)
    one = np.mean([(1 + 1 / (2 * s)) ** -s for s in (0.5, 1, 2)])
    assert value == pytest.approx(1 + (1 + 2 * one) / 3, rel=1e-6)


def test_two_truths_lie_at_the_stated_floor_and_everything_else_above():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    task = task_for(truth)
    floor = score(other, truth, task)
    assert score(truth, truth, task) == 0 and floor < 0.001
    assert score(np.repeat(truth[:, :1], 300, axis=1), truth, task) > 0.003
    assert score(climatology(truth, task), truth, task) > 0.05
    assert score(lorenz(40, 300, seed=3, rho=36.0), truth, task) > 0.02


def test_order_in_time_is_out_of_sight_and_guarded():
    truth = lorenz(5, 100, seed=1)
    shuffled = truth[:, np.random.default_rng(0).permutation(100)]
    assert score(shuffled, truth, task_for(truth)) < 0.002 and MMD.guard == "spectrum_distance"


def test_members_units_and_turns():
    truth, a, b = noise(seed=1), noise(seed=2), 3 * noise(seed=3)
    task = task_for(truth)
    each = [score(member, truth, task) for member in (a, b)]
    assert score(np.stack([a, b]), truth, task) == pytest.approx(np.mean(each))
    factor = np.array([1e-6, 1, 1e6])
    assert score(b * factor, truth * factor, task_for(truth * factor)) == pytest.approx(each[1], rel=1e-6)
    assert score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2))) == pytest.approx(0, abs=1e-9)


def test_huge_answers_are_far_constant_truths_are_scored_and_one_trajectory_is_refused():
    truth = noise()
    assert 1 < score(np.full_like(truth, 1e300), truth, task_for(truth)) <= 2
    still = np.ones((3, 4, 1))
    assert score(still, still, task_for(still)) == 0 < score(still + 1, still, task_for(still))
    with pytest.raises(UsageError, match="two trajectories"):
        score(truth[:1], truth[:1], task_for(truth[:1]))
