"""vrmse_step and the windows 6:12 and 13:30: means of vrmse over their leads, an independent loop, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

from dynarena.errors import UsageError
from dynarena.evaluation.metrics import load_metric

STEP, EARLY, LATE, EACH = (module(name) for name in ("vrmse_step", "vrmse_6_12", "vrmse_13_30", "vrmse"))


def pair(kind: str = "pde2", leads: int = 30):
    truth, forecast = noise(kind, seed=1, leads=leads), noise(kind, seed=2, leads=leads)
    return dataset(forecast, task := task_for(truth, kind)), dataset(truth, task), task, forecast, truth


@pytest.mark.parametrize("kind", ["pde", "pde2"])
@pytest.mark.parametrize(("which", "leads"), [(STEP, [0]), (EARLY, range(5, 12)), (LATE, range(12, 30))])
def test_they_are_the_mean_of_vrmse_over_their_leads(kind, which, leads):
    forecast, truth, task, f, u = pair(kind)
    value = which.metric(forecast, truth, task)
    np.testing.assert_allclose(value, EACH.metric(forecast, truth, task)[:, list(leads)].mean(axis=1), rtol=1e-12)
    space = tuple(range(3, u.ndim))
    part = list(leads)
    by_hand = np.sqrt(((f - u) ** 2).mean(axis=space) / u.var(axis=space))[:, part].mean(axis=(1, 2))
    np.testing.assert_allclose(value, by_hand, rtol=1e-9)


@pytest.mark.parametrize("which", [STEP, EARLY, LATE])
def test_the_truth_scores_zero_and_the_space_average_one(which):
    _, truth, task, _, u = pair()
    means = np.broadcast_to(u.mean(axis=(3, 4), keepdims=True), u.shape).copy()
    assert (which.metric(truth, truth, task) == 0).all()
    np.testing.assert_allclose(which.metric(dataset(means, task), truth, task), 1, rtol=1e-12)


@pytest.mark.parametrize(("which", "seen"), [(STEP, slice(0, 1)), (EARLY, slice(5, 12)), (LATE, slice(12, 30))])
def test_they_see_their_leads_and_no_others(which, seen):
    _, truth, task, _, u = pair()
    wrong = u.copy()
    wrong[:, seen] += 1
    assert (which.metric(dataset(wrong, task), truth, task) > 0.1).all()
    spared = u + 1
    spared[:, seen] = u[:, seen]
    assert (which.metric(dataset(spared, task), truth, task) == 0).all()


def test_a_window_beyond_the_horizon_does_not_apply_and_is_refused():
    forecast, truth, task, *_ = pair(leads=12)
    assert EARLY.applies(task) and not LATE.applies(task)
    with pytest.raises(UsageError, match="outside the horizon"):
        LATE.metric(forecast, truth, task)
    with pytest.raises(UsageError, match="outside the horizon"):
        EARLY.metric(forecast, truth, task, first=0)


def test_only_the_first_step_can_rank():
    assert load_metric("vrmse_step").declarations.perfect == 0
    for name in ("vrmse_6_12", "vrmse_13_30"):
        assert load_metric(name).declarations.perfect is None and load_metric(name).declarations.guard == "nrmse"
