"""conservation_error: closed forms, volumes, a budget that the truth itself does not keep."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for, waves

ERROR, DRIFT = module("conservation_error"), module("conservation_drift")
MASS = {"mass": {"expression": "mean(u)", "scale": "1"}}


def score(forecast, truth, task, which=ERROR, **parameters):
    return which.metric(dataset(forecast, task), dataset(truth, task, **parameters), task)


def law_task(truth, invariants=MASS, kind="pde", **facts):
    return task_for(truth, kind, names=("u",), invariants=invariants, parameters=facts.pop("parameters", {}), **facts)


def test_an_offset_errs_by_itself_and_noise_of_zero_mean_not_at_all():
    truth = waves(3, 20, seed=0)
    task = law_task(truth)
    assert score(truth + 0.3, truth, task) == pytest.approx(np.full(3, 0.3))
    assert (score(truth + waves(3, 20, seed=1), truth, task) < 1e-14).all()


def test_a_driven_truth_is_followed_where_drift_blames_it():
    truth = waves(3, 20, seed=0) + np.linspace(0, 1, 20)[:, None, None]
    task = law_task(truth)
    assert (score(truth, truth, task) == 0).all()
    assert score(truth, truth, task, DRIFT) == pytest.approx(np.ones(3), rel=1e-9)


def test_it_is_the_root_mean_square_over_leads():
    truth = waves(2, 10, seed=0)
    error = np.random.default_rng(0).normal(size=(2, 10))
    value = score(truth + error[:, :, None, None], truth, law_task(truth))
    np.testing.assert_allclose(value, np.sqrt((error**2).mean(axis=1)), rtol=1e-10)


def test_means_over_space_weigh_by_volume():
    x = (1 - np.cos(np.pi * np.arange(65) / 64)) / 2
    truth = np.zeros((1, 2, 1, 65))
    task = law_task(truth, std=1, grid={"x": x}, lengths=[1.0], boundary=["wall"])
    assert score(truth + x**2, truth, task) == pytest.approx([1 / 3], rel=1e-3)
    assert abs((x**2).mean() - 1 / 3) > 0.03


def test_several_laws_are_averaged_and_trajectories_use_their_own_parameters():
    truth = waves(2, 10, seed=0)
    laws = {"one": {"expression": "k*mean(u)", "scale": "1"}, "two": {"expression": "mean(u)", "scale": "2"}}
    task = law_task(truth, laws, parameters={"k": 1.0})
    value = score(truth + 1, truth, task, k=np.array([1.0, 3.0]))
    assert value == pytest.approx([(1 + 0.5) / 2, (3 + 0.5) / 2])


def test_without_a_scale_the_size_on_the_truth_counts():
    truth = waves(3, 20, seed=0)
    value = score(truth + 0.3, truth, law_task(truth, {"mass": {"expression": "mean(u)"}}))
    size = np.sqrt((np.abs(truth).mean(axis=(2, 3)) ** 2).mean())
    np.testing.assert_allclose(value, 0.3 / size, rtol=1e-10)


def test_members_count_one_by_one_and_a_frozen_state_is_perfect_so_it_never_ranks():
    truth = waves(2, 10, seed=0)
    task = law_task(truth)
    assert score(np.stack([truth, truth + 1]), truth, task) == pytest.approx([0.5, 0.5])
    assert (score(np.repeat(truth[:, :1], 10, axis=1), truth, task) < 1e-14).all()
    assert ERROR.perfect is None


def test_a_huge_answer_stays_finite_and_no_law_no_metric():
    truth = noise("pde", channels=1)
    forecast = truth.copy()
    forecast[0, 0, 0, 0] = 1e300
    value = score(forecast, truth, law_task(truth, {"energy": {"expression": "mean(u**4)"}}))
    assert np.isfinite(value).all() and value[0] > 1e40 and (value[1:] == 0).all()
    assert not ERROR.applies(task_for(truth, "pde")) and ERROR.applies(law_task(truth))
