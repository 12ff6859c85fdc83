"""spread_skill: closed forms, a calibrated ensemble at 1, deterministic and hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for

SPREAD = module("spread_skill")


def score(forecast, truth, task, function="metric"):
    return getattr(SPREAD, function)(dataset(forecast, task), dataset(truth, task), task)


def test_it_equals_numpys_variance_over_the_error_of_the_mean():
    truth = noise(seed=0)
    members = np.stack([noise(seed=seed) + 0.3 for seed in range(1, 6)])
    spread, error = members.var(axis=0, ddof=1).mean(), ((members.mean(axis=0) - truth) ** 2).mean()
    assert score(members, truth, task_for(truth, mean=0, std=1)) == pytest.approx(np.sqrt(1.2 * spread / error))


@pytest.mark.parametrize("count", [2, 5, 20])
def test_members_of_the_truth_s_law_are_calibrated_whatever_their_number(count):
    rng = np.random.default_rng(0)
    truth, members = rng.normal(size=(60, 100, 3)), rng.normal(size=(count, 60, 100, 3))
    task = task_for(truth, mean=0, std=1)
    assert score(members, truth, task) == pytest.approx(1, abs=0.02)
    assert score(0.5 * members, truth, task) < 0.9 or count == 2
    assert score(3 * members, truth, task) > 1.2


def test_truths_as_members_for_another_lie_at_the_stated_floor():
    truth = lorenz(40, 300, seed=0)
    members = np.stack([lorenz(40, 300, seed=seed) for seed in range(1, 11)])
    task = task_for(truth)
    assert score(members, truth, task) == pytest.approx(1, abs=0.03)
    rows = score(members, truth, task, "curve")
    assert rows.shape == (40, 300) and (rows == rows[0]).all() and rows.mean() == pytest.approx(1, abs=0.1)


def test_a_deterministic_answer_has_no_spread_and_the_truth_needs_none():
    truth = noise(seed=1)
    task = task_for(truth)
    assert score(noise(seed=2), truth, task) == 0 and score(np.stack([noise(seed=2)] * 3), truth, task) < 1e-7
    assert score(truth, truth, task) == 1
    assert score(np.stack([truth - 1, truth + 1]), truth, task) >= SPREAD.LARGEST * 0.999


def test_full_turns_do_not_matter_and_huge_members_stay_finite():
    truth = noise(seed=1)
    task = task_for(truth, angles=(0, 1, 2))
    members = np.stack([truth + 0.1, truth - 0.05])
    turned = members + 2 * np.pi * np.array([1, -2]).reshape(2, 1, 1, 1)
    assert score(turned, truth, task) == pytest.approx(score(members, truth, task), rel=1e-6)
    wild = np.stack([np.full_like(truth, 1e300), np.full_like(truth, -1e300)])
    assert 0 <= score(wild, truth, task_for(truth)) <= SPREAD.LARGEST


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3"])
def test_it_is_calibrated_on_fields_whatever_their_units(kind):
    truth = noise(kind, seed=0, trajectories=20)
    members = np.stack([noise(kind, seed=seed, trajectories=20) for seed in range(1, 9)])
    factor = np.array([1e-6, 1, 1e6]).reshape(-1, *[1] * (truth.ndim - 3))
    task = task_for(truth * factor, kind)
    assert score(members * factor, truth * factor, task) == pytest.approx(1, abs=0.02)
    spread = (members.var(axis=0, ddof=1) / truth.var(axis=(0, 1, *range(3, truth.ndim)), keepdims=True)).mean()
    error = ((members.mean(axis=0) - truth) ** 2 / truth.var(axis=(0, 1, *range(3, truth.ndim)), keepdims=True)).mean()
    assert score(members * factor, truth * factor, task) == pytest.approx(np.sqrt(9 / 8 * spread / error), rel=1e-9)
