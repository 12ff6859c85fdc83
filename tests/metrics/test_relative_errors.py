"""relative_l1, relative_l2 and their medians: numpy's norms, silence at 1, what a median hides."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

MEAN = {p: module(f"relative_l{p}") for p in (1, 2)}
MEDIAN = {p: module(f"relative_l{p}_median") for p in (1, 2)}


def score(forecast, truth, task, which):
    return which.metric(dataset(forecast, task), dataset(truth, task), task)


@pytest.mark.parametrize("p", [1, 2])
def test_they_equal_numpys_norms_of_each_field(p):
    truth, forecast = noise("pde2", seed=1) + 2, noise("pde2", seed=2)
    task = task_for(truth, "pde2")
    each = [
        np.mean([np.linalg.norm((f - u)[:, c].ravel(), p) / np.linalg.norm(u[:, c].ravel(), p) for c in range(3)])
        for f, u in zip(forecast, truth, strict=True)
    ]
    np.testing.assert_allclose(score(forecast, truth, task, MEAN[p]), each, rtol=1e-12)
    assert score(forecast, truth, task, MEDIAN[p]) == pytest.approx(np.median(each), rel=1e-12)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("amplitude", [1e-8, 1.0, 1e8])
def test_silence_scores_one_and_the_truth_zero_for_any_fields_and_amplitude(p, amplitude):
    for channels in (1, 4):
        truth = amplitude * (noise("pde", channels=channels) + 5)
        task = task_for(truth, "pde")
        assert score(0 * truth, truth, task, MEAN[p]) == pytest.approx(np.ones(6), rel=1e-12)
        assert score(0 * truth, truth, task, MEDIAN[p]) == pytest.approx(1, rel=1e-12)
        assert (score(truth, truth, task, MEAN[p]) == 0).all()


@pytest.mark.parametrize("p", [1, 2])
def test_a_share_of_the_truth_errs_by_what_it_lacks_at_any_resolution(p):
    for points in (16, 64):
        x = 2 * np.pi * np.arange(points) / points
        truth = (2 + np.sin(x + np.arange(5)[:, None]))[None, :, None]
        assert score(0.9 * truth, truth, task_for(truth, "pde"), MEAN[p]) == pytest.approx([0.1], rel=1e-12)


def test_the_curve_averages_to_the_value_of_l1_and_in_squares_to_that_of_l2():
    truth, forecast = noise("pde", seed=1, channels=1), noise("pde", seed=2, channels=1)
    task = task_for(truth, "pde")
    one, two = (MEAN[p].curve(dataset(forecast, task), dataset(truth, task), task) for p in (1, 2))
    np.testing.assert_allclose(one.mean(axis=1), score(forecast, truth, task, MEAN[1]), rtol=1e-12)
    np.testing.assert_allclose(np.sqrt((two**2).mean(axis=1)), score(forecast, truth, task, MEAN[2]), rtol=1e-12)


@pytest.mark.parametrize("p", [1, 2])
def test_failed_trajectories_move_the_mean_and_not_the_median_so_a_median_never_ranks(p):
    truth = noise("pde", trajectories=7) + 3
    task = task_for(truth, "pde")
    forecast = 0.9 * truth
    forecast[:3] = 1e6
    assert score(forecast, truth, task, MEDIAN[p]) == pytest.approx(0.1, rel=1e-9)
    assert score(forecast, truth, task, MEAN[p]).mean() > 1e4
    assert MEDIAN[p].perfect is None and MEDIAN[p].guard == f"relative_l{p}"


@pytest.mark.parametrize("p", [1, 2])
def test_a_field_of_zeros_and_a_huge_answer_stay_finite(p):
    truth = noise("pde")
    truth[:, :, 0] = 0
    task = task_for(truth, "pde", std=1)
    forecast = truth.copy()
    forecast[0, 0, 0, 0] = 1e300
    value = score(forecast, truth, task, MEAN[p])
    assert np.isfinite(value).all() and value[0] > 1e20 and (value[1:] == 0).all()
