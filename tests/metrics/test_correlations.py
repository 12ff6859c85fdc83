"""pearson, spearman, kendall: scipy's coefficients, still series, the floor, what they cannot see."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, lorenz, module, noise, task_for
from scipy.stats import kendalltau, pearsonr, spearmanr

CORRELATIONS = {"pearson": pearsonr, "spearman": spearmanr, "kendall": kendalltau}


@pytest.fixture(params=CORRELATIONS)
def name(request):
    return request.param


def score(name, forecast, truth, **facts):
    task = task_for(truth, **facts)
    return module(name).metric(dataset(forecast, task), dataset(truth, task), task)


@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_scipys_coefficient_averaged_over_components(name, channels):
    truth = np.round(noise(seed=1, channels=channels), 1)
    forecast = np.round(truth + noise(seed=2, channels=channels) ** 3, 1)
    for one, f, u in zip(score(name, forecast, truth), forecast, truth, strict=True):
        expected = np.mean([CORRELATIONS[name](f[:, c], u[:, c]).statistic for c in range(channels)])
        assert one == pytest.approx(expected, rel=1e-9)


def test_offset_and_scale_are_out_of_sight_so_it_never_ranks(name):
    truth = noise()
    np.testing.assert_allclose(score(name, 3 * truth + 5, truth), 1)
    np.testing.assert_allclose(score(name, -truth, truth), -1)
    assert module(name).perfect is None and module(name).guard == "nrmse"


def test_a_still_series_correlates_with_another_still_one_only(name):
    truth, still = noise(), np.ones((6, 40, 3))
    assert (score(name, still, truth) == 0).all() and (score(name, truth, still) == 0).all()
    assert (score(name, still + 1, still) == 1).all()
    assert (score(name, np.full_like(truth, 0.1) + 1e-16 * noise(), truth) == 0).all()


def test_two_truths_lie_at_the_stated_floor(name):
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    assert abs(score(name, other, truth).mean()) < 0.05


def test_huge_answers_are_finite_and_turns_do_not_matter(name):
    truth = noise()
    huge = truth.copy()
    huge[0, 0], huge[1] = 1e300, 1e300 * np.sign(huge[1])
    assert (np.abs(score(name, huge, truth)) <= 1).all()
    np.testing.assert_allclose(score(name, truth + 2 * np.pi, truth, angles=(0, 1, 2), mean=0.0), 1)
