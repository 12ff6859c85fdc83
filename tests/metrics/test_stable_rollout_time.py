"""stable_rollout_time: growth and decay in closed form, the truth's own range, what it cannot see."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, stirred, task_for

STABLE = module("stable_rollout_time")


def score(forecast, truth, task, **parameters):
    return STABLE.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def steady(leads=100, points=32):
    """A wave of constant size 1 in train stds, [1, time, 1, x]."""
    x = 2 * np.pi * np.arange(points) / points
    return np.sqrt(2) * np.sin(x - 0.1 * np.arange(leads)[:, None])[None, :, None]


@pytest.mark.parametrize("factor", [1.5, 2.0, 5.0])
@pytest.mark.parametrize("rate", [0.03, -0.03])
def test_growth_and_decay_leave_after_the_logarithm_of_the_factor(factor, rate):
    truth = steady()
    task = task_for(truth, "pde", mean=0, std=1, dt=0.1, timescale=1.0)
    forecast = truth * np.exp(rate * (np.arange(100) + 1e-9))[:, None, None]
    inside = np.sum(0.03 * np.arange(100) <= np.log(factor))
    assert score(forecast, truth, task, factor=factor) == pytest.approx([0.1 * inside])


def test_the_range_is_that_of_every_truth_and_lead():
    truth = np.concatenate([steady(), 4 * steady()])
    task = task_for(truth, "pde", mean=0, std=1, dt=0.1, timescale=1.0)
    assert score(7.9 * steady(), truth[:1] * 4, task) == pytest.approx([10])
    both = np.concatenate([0.51 * steady(), 8.1 * steady()])
    assert score(both, truth, task) == pytest.approx([10, 0])


def test_a_truth_that_dies_out_allows_what_dies_out():
    truth = steady() * np.exp(-0.1 * np.arange(100))[:, None, None]
    task = task_for(truth, "pde", mean=0, std=1, dt=0.1, timescale=1.0)
    assert score(truth, truth, task) == pytest.approx([10])


def test_it_compares_no_points_so_a_frozen_state_lasts_and_it_never_ranks():
    truth = stirred(8, 50, seed=0)
    task = task_for(truth, "pde", dt=0.1, timescale=1.0)
    assert score(np.repeat(truth[:, :1], 50, axis=1), truth, task) == pytest.approx(np.full(8, 5.0))
    assert (score(climatology(truth, task), truth, task) == 0).all()
    assert STABLE.perfect is None and STABLE.guard == "nrmse"


def test_units_do_not_matter_members_are_averaged_and_huge_ones_leave():
    truth = stirred(4, 50, seed=0)
    task = task_for(truth, "pde", dt=0.1, timescale=1.0)
    forecast = truth * np.linspace(1, 9, 50)[:, None, None]
    here = score(forecast, truth, task)
    there = score(1e8 * forecast + 5, 1e8 * truth + 5, task_for(1e8 * truth + 5, "pde", dt=0.1, timescale=1.0))
    np.testing.assert_allclose(there, here)
    np.testing.assert_allclose(score(np.stack([truth, forecast]), truth, task), (5 + here) / 2)
    wild = truth.copy()
    wild[:, 20, 0, 0] = 1e300
    assert score(wild, truth, task) == pytest.approx(np.full(4, 2.0))
