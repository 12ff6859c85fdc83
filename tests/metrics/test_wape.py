"""wape: by hand, units, zero truths, the floor."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for

WAPE = module("wape")


def score(forecast, truth, **facts):
    task = task_for(truth, "chaos" if truth.ndim == 3 else "pde", **facts)
    return WAPE.metric(dataset(forecast, task), dataset(truth, task), task)


def test_it_is_the_ratio_of_the_sums():
    truth, forecast, std = noise(seed=1), noise(seed=2), np.array([1, 2, 3])
    for one, f, u in zip(score(forecast, truth, std=std), forecast / std, truth / std, strict=True):
        assert one == pytest.approx(100 * np.abs(f - u).sum() / np.abs(u).sum(), rel=1e-12)


def test_nothing_scores_a_hundred_and_the_opposite_two_hundred():
    for truth in (noise(), noise("pde")):
        np.testing.assert_allclose(score(0 * truth, truth), 100)
        np.testing.assert_allclose(score(-truth, truth), 200)


def test_a_large_component_does_not_decide_alone():
    truth, factor = noise(seed=1), np.array([1, 1, 1e6])
    wrong = truth * [-1, 1, 1]
    np.testing.assert_allclose(score(wrong * factor, truth * factor), score(wrong, truth), rtol=1e-9)


def test_two_truths_lie_at_the_stated_floor():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    assert score(other, truth).mean() == pytest.approx(78, abs=3)


def test_zero_truths_turns_and_huge_answers_stay_finite():
    zero = np.zeros((2, 5, 1))
    assert (score(zero, zero) == 0).all() and np.isfinite(score(zero + 1, zero)).all()
    truth = noise()
    assert np.isfinite(score(np.full_like(truth, 1e300), truth)).all()
    np.testing.assert_allclose(score(truth + 2 * np.pi, truth, angles=(0, 1, 2)), 0, atol=1e-6)
