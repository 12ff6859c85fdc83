"""energy_score: a loop, crps in one dimension, propriety, hostile members."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for

ENERGY, CRPS = module("energy_score"), module("crps")


def score(forecast, truth, task, metric=ENERGY):
    return metric.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_equals_a_loop_over_members():
    truth = noise(seed=0)
    members = np.stack([noise(seed=seed) for seed in (1, 2, 3)])
    task = task_for(truth, mean=0, std=(1, 2, 3))
    x, u = members[:, 2, 7] / [1, 2, 3], truth[2, 7] / [1, 2, 3]

    def size(v):
        return np.sqrt(np.mean(v**2))

    expected = np.mean([size(a - u) for a in x]) - sum(size(a - b) for a in x for b in x) / 18
    assert score(members, truth, task)[2, 7] == pytest.approx(expected, rel=1e-12)


def test_it_is_crps_for_one_component():
    truth = noise(seed=0, channels=1)
    members = np.stack([noise(seed=seed, channels=1) for seed in range(1, 6)])
    task = task_for(truth)
    np.testing.assert_allclose(score(members, truth, task), score(members, truth, task, CRPS), atol=1e-12)


def test_members_of_the_right_law_beat_wider_narrower_and_uncorrelated_ones():
    truth = lorenz(40, 60, seed=0)
    members = np.stack([lorenz(40, 60, seed=seed) for seed in range(1, 21)])
    task = task_for(truth)
    mean = truth.mean(axis=(0, 1))
    right = score(members, truth, task).mean()
    mixed = members.copy()
    for channel in range(3):
        mixed[..., channel] = np.roll(members[..., channel], channel * 5, axis=0)
    for wrong in (mean + 0.5 * (members - mean), mean + 2 * (members - mean), mixed):
        assert right < score(wrong, truth, task).mean()
    assert 0.5 < right < 0.75 and score(truth, truth, task).max() == 0


def test_a_bracket_of_two_members_earns_nothing():
    truth = noise()
    task = task_for(truth, mean=0, std=1)
    bracket = np.stack([truth - 5, truth + 5])
    assert score(bracket, truth, task).min() > 2


def test_full_turns_do_not_matter_and_huge_members_stay_finite():
    truth = noise()
    np.testing.assert_allclose(score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2))), 0, atol=1e-9)
    values = score(np.stack([truth, np.full_like(truth, 1e300)]), truth, task_for(truth))
    assert np.isfinite(values).all() and (values > 1e90).all()
    broken = np.where(np.arange(3) == 0, np.nan, truth)
    assert not (score(broken, truth, task_for(truth)) < 1).any()
