"""early_error: by hand, its lead, its guard."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

from dynarena.errors import UsageError

EARLY = module("early_error")


def score(forecast, truth, task, **parameters):
    return EARLY.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


@pytest.mark.parametrize("lead", [1, 20])
def test_it_is_the_root_mean_square_at_the_lead(lead):
    truth, forecast, std = noise(seed=1), noise(seed=2), np.array([1, 2, 3])
    task = task_for(truth, mean=0, std=std)
    expected = np.sqrt((((forecast - truth)[:, lead - 1] / std) ** 2).mean(axis=1))
    np.testing.assert_allclose(score(forecast, truth, task, lead=lead), expected, rtol=1e-12)


def test_a_lead_beyond_the_horizon_is_its_end_and_none_is_refused():
    truth, forecast = noise(seed=1), noise(seed=2)
    task = task_for(truth)
    np.testing.assert_array_equal(
        score(forecast, truth, task, lead=400), score(forecast, truth, task, lead=truth.shape[1])
    )
    with pytest.raises(UsageError, match="counted from 1"):
        score(forecast, truth, task, lead=0)


def test_two_truths_differ_by_the_root_of_two_and_what_follows_is_left_to_the_guard():
    truth, other = (noise(seed=seed, trajectories=2000) for seed in (1, 2))
    task = task_for(truth)
    assert np.sqrt(np.mean(score(other, truth, task) ** 2)) == pytest.approx(np.sqrt(2), rel=0.03)
    later = truth.copy()
    later[:, 1:] = 99
    assert (score(later, truth, task) == 0).all() and EARLY.guard == "nrmse" and EARLY.perfect is None


def test_huge_answers_are_finite_and_turns_do_not_matter():
    truth = noise()
    assert np.isfinite(score(np.full_like(truth, 1e300), truth, task_for(truth))).all()
    np.testing.assert_allclose(score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2))), 0, atol=1e-9)
