"""nrmse_per_field: climatology at 1 for any number of fields, loops, its relation to nrmse."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, noise, task_for

EACH, POOLED = module("nrmse_per_field"), module("nrmse")


def score(forecast, truth, task, **parameters):
    return EACH.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3"])
@pytest.mark.parametrize("amplitude", [1e-8, 1.0, 1e8])
def test_the_truth_scores_zero_and_climatology_exactly_one(kind, amplitude):
    for channels in (1, 2, 5):
        truth = noise(kind, channels=channels, leads=4) * amplitude + 3 * amplitude
        task = task_for(truth + 0.1 * amplitude, kind)
        assert (score(truth, truth, task) == 0).all()
        np.testing.assert_allclose(score(climatology(truth, task), truth, task), 1, rtol=1e-15)


def test_a_sum_over_fields_would_score_their_number():
    truth = noise("pde", channels=3)
    norms = [np.linalg.norm(truth[0, 0, c]) / np.linalg.norm(truth[0, 0, c]) for c in range(3)]
    assert sum(norms) == 3
    task = task_for(truth, "pde", mean=0)
    assert score(0 * truth, truth, task) == pytest.approx(np.ones(6))


def test_it_is_the_mean_over_fields_of_nrmse_of_each_alone():
    truth, forecast = noise("pde2", seed=1), noise("pde2", seed=2) * np.array([0.1, 1, 3])[:, None, None]
    task = task_for(truth, "pde2")
    alone = []
    for c in range(3):
        part = task_for(truth[:, :, c : c + 1], "pde2")
        pair = dataset(forecast[:, :, c : c + 1], part), dataset(truth[:, :, c : c + 1], part)
        alone.append(POOLED.metric(*pair, part))
        np.testing.assert_allclose(score(forecast, truth, task, field=f"c{c}"), alone[-1], rtol=1e-12)
    np.testing.assert_allclose(score(forecast, truth, task), np.mean(alone, axis=0), rtol=1e-12)


def test_the_curve_of_one_field_has_the_value_as_its_root_mean_square():
    truth, forecast = noise("pde", seed=1, channels=1), noise("pde", seed=2, channels=1)
    task = task_for(truth, "pde")
    curve = EACH.curve(dataset(forecast, task), dataset(truth, task), task)
    assert curve.shape == truth.shape[:2]
    np.testing.assert_allclose(np.sqrt((curve**2).mean(axis=1)), score(forecast, truth, task), rtol=1e-12)


def test_a_field_that_never_stirs_is_measured_against_a_thousandth_of_train():
    truth = noise("pde")
    truth[:, :, 1] = 0
    task = task_for(truth, "pde", mean=0, std=1)
    off = truth.copy()
    off[:, :, 1] += 1e-3
    assert score(off, truth, task) == pytest.approx(np.full(6, 1 / 3))
