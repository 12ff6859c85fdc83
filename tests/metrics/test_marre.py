"""marre: by hand, one range a channel, still truths, the floor."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for

MARRE = module("marre")


def score(forecast, truth, **facts):
    task = task_for(truth, "chaos" if truth.ndim == 3 else "pde", **facts)
    return MARRE.metric(dataset(forecast, task), dataset(truth, task), task)


@pytest.mark.parametrize("kind", ["chaos", "pde"])
def test_it_is_the_error_over_numpys_range_of_each_channel(kind):
    truth, forecast = noise(kind, seed=1), noise(kind, seed=2)
    over = (0, *range(2, truth.ndim - 1))
    u, f = truth[3], forecast[3]
    expected = 100 * np.mean(np.abs(f - u) / np.ptp(u, axis=over, keepdims=True))
    assert score(forecast, truth)[3].mean() == pytest.approx(expected, rel=1e-12)


def test_a_wide_component_does_not_hide_the_error_of_the_others():
    truth, factor = noise(seed=1), np.array([1, 1, 1e6])
    wrong = truth.copy()
    wrong[..., 0] *= -1
    np.testing.assert_allclose(score(wrong * factor, truth * factor), score(wrong, truth), rtol=1e-9)


def test_two_truths_lie_at_the_stated_floor():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    assert score(other, truth).mean() == pytest.approx(25, abs=1)


def test_still_truths_turns_and_huge_answers_stay_finite():
    still = np.ones((2, 5, 1))
    assert (score(still, still) == 0).all() and np.isfinite(score(still + 1, still)).all()
    truth = noise()
    assert np.isfinite(score(np.full_like(truth, 1e300), truth)).all()
    assert score(truth + 2 * np.pi, truth, angles=(0, 1, 2)).max() < 1e-7
