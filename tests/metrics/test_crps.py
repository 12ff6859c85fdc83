"""crps: against the integral that defines it, Gaussian closed form, and an ensemble placed on purpose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import dataset, module, task_for
from scipy.integrate import quad
from scipy.special import ndtri

CRPS = module("crps")


def score(ensemble, truth, **facts):
    task = task_for(truth, "chaos" if truth.ndim == 3 else "pde", **facts)
    return CRPS.metric(dataset(ensemble, task), dataset(truth, task), task)


def by_integral(members, u):
    knots = sorted([*members, u])
    return sum(
        quad(lambda x: (np.mean(np.array(members) <= x) - (x >= u)) ** 2, a, b)[0]
        for a, b in zip(knots, knots[1:], strict=False)
    )


@pytest.mark.parametrize("k", [1, 2, 3, 8])
def test_it_is_the_integral_over_the_empirical_law(k):
    rng = np.random.default_rng(k)
    ensemble, truth = rng.normal(size=(k, 2, 3, 2)), rng.normal(size=(2, 3, 2))
    values = score(ensemble, truth, mean=0, std=[1.0, 4.0])
    for n in range(2):
        for t in range(3):
            terms = [by_integral(ensemble[:, n, t, c], truth[n, t, c]) / (1.0, 4.0)[c] for c in range(2)]
            assert values[n, t] == pytest.approx(np.mean(terms), rel=1e-9)


def test_one_member_scores_its_absolute_error_in_stds():
    rng = np.random.default_rng(0)
    forecast, truth = rng.normal(size=(2, 5, 1, 16)), rng.normal(size=(2, 5, 1, 16))
    expected = np.abs(forecast - truth).mean(axis=(2, 3)) / 3
    np.testing.assert_allclose(score(forecast, truth, std=3.0), expected, rtol=1e-13)
    np.testing.assert_allclose(score(forecast[None], truth, std=3.0), expected, rtol=1e-13)


def test_a_large_gaussian_ensemble_has_the_gaussian_score():
    rng = np.random.default_rng(1)
    u = np.linspace(-2, 2, 9)[None, :, None]
    values = score(rng.normal(size=(8000, 1, 9, 1)), u, mean=0, std=1)[0]
    cdf = np.array([0.5 * (1 + math.erf(x / math.sqrt(2))) for x in u[0, :, 0]])
    pdf = np.exp(-(u[0, :, 0] ** 2) / 2) / math.sqrt(2 * math.pi)
    expected = u[0, :, 0] * (2 * cdf - 1) + 2 * pdf - 1 / math.sqrt(math.pi)
    np.testing.assert_allclose(values, expected, atol=0.03)


def test_the_true_law_beats_members_that_merely_bracket_the_truth():
    rng = np.random.default_rng(2)
    truth = rng.normal(size=(50, 40, 1))
    quantiles = ndtri((np.arange(10) + 0.5) / 10)
    honest = score(np.stack([truth * 0 + quantile for quantile in quantiles]), truth, mean=0, std=1).mean()
    for reach in (1.0, 3.0, 1e6):
        bracket = np.stack([truth * 0 - reach, truth * 0 + reach])
        middle = np.stack([truth * 0 - reach, truth * 0, truth * 0 + reach])
        assert score(bracket, truth, mean=0, std=1).mean() > honest
        assert score(middle, truth, mean=0, std=1).mean() > honest


def test_sorted_neighbours_and_pairs_agree_where_the_circle_is_not_felt():
    rng = np.random.default_rng(3)
    ensemble, truth = 0.1 * rng.normal(size=(7, 2, 3, 2)), 0.1 * rng.normal(size=(2, 3, 2))
    line, circle = score(ensemble, truth, mean=0, std=1), score(ensemble, truth, mean=0, std=1, angles=(0, 1))
    np.testing.assert_allclose(line, circle, rtol=1e-12)


def test_full_turns_of_an_angle_do_not_matter():
    rng = np.random.default_rng(4)
    ensemble, truth = rng.uniform(-9, 9, size=(5, 2, 3, 1)), rng.uniform(-9, 9, size=(2, 3, 1))
    turns = 2 * np.pi * rng.integers(-2, 3, size=ensemble.shape)
    here = score(ensemble, truth, mean=0, std=1, angles=(0,))
    np.testing.assert_allclose(score(ensemble + turns, truth, mean=0, std=1, angles=(0,)), here, atol=1e-12)


def test_the_order_of_members_does_not_matter():
    rng = np.random.default_rng(5)
    ensemble, truth = rng.normal(size=(6, 2, 3, 1)), rng.normal(size=(2, 3, 1))
    np.testing.assert_allclose(score(ensemble[::-1], truth), score(ensemble, truth), rtol=1e-13)


def test_an_ensemble_of_truths_scores_zero_and_none_never_scores():
    truth = np.random.default_rng(6).normal(size=(2, 3, 1))
    assert (score(np.stack([truth] * 4), truth) == 0).all()
    broken = np.stack([truth] * 4)
    broken[2, 0, 1] = np.nan
    assert np.isnan(score(broken, truth)[0, 1])


@pytest.mark.parametrize("space", [(16,), (6, 5), (3, 4, 5)])
def test_of_fields_it_is_the_mean_over_points_and_fields_of_the_score_of_each(space):
    rng = np.random.default_rng(7)
    ensemble, truth = rng.normal(size=(4, 2, 3, 2, *space)), rng.normal(size=(2, 3, 2, *space))
    kind = {1: "pde", 2: "pde2", 3: "pde3"}[len(space)]
    task = task_for(truth, kind, mean=0, std=[1.0, 4.0])
    values = CRPS.metric(dataset(ensemble, task), dataset(truth, task), task)
    flat = ensemble.reshape(4, 2, 3, -1), truth.reshape(2, 3, -1)
    stds = np.repeat(task.std, np.prod(space))
    points = task_for(flat[1], "chaos", mean=0, std=stds)
    np.testing.assert_allclose(
        values, CRPS.metric(dataset(flat[0], points), dataset(flat[1], points), points), rtol=1e-12
    )
    assert values[1, 2] == pytest.approx(
        np.mean([by_integral(m, u) / s for *m, u, s in zip(*flat[0][:, 1, 2], flat[1][1, 2], stds, strict=True)])
    )
