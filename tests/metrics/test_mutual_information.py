"""mutual_information: scikit-learn's estimate, the closed form of Gaussians, ties, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for
from scipy.special import digamma
from sklearn.feature_selection import mutual_info_regression

from dynarena.errors import UsageError

INFORMATION = module("mutual_information")


def score(forecast, truth, *, most=1000, neighbours=3, **facts):
    task = task_for(truth, **facts)
    return INFORMATION.metric(dataset(forecast, task), dataset(truth, task), task, most=most, neighbours=neighbours)


@pytest.mark.parametrize("neighbours", [3, 7])
def test_it_is_scikit_learns_estimate(neighbours):
    truth = noise(seed=1)
    forecast = np.sin(2 * truth) + 0.3 * noise(seed=2)
    expected = [
        mutual_info_regression(forecast[..., c].reshape(-1, 1), truth[..., c].ravel(), n_neighbors=neighbours)[0]
        for c in range(3)
    ]
    assert score(forecast, truth, neighbours=neighbours) == pytest.approx(np.mean(expected), rel=1e-6)


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
def test_correlated_gaussians_have_their_closed_form(correlation):
    truth = noise(seed=1, trajectories=50, channels=2)
    forecast = correlation * truth + np.sqrt(1 - correlation**2) * noise(seed=2, trajectories=50, channels=2)
    assert score(forecast, truth, most=2000) == pytest.approx(-np.log(1 - correlation**2) / 2, abs=0.04)


def test_the_truth_reaches_the_stated_bound_and_invertible_distortions_too_so_it_never_ranks():
    truth = noise(seed=1)
    bound = digamma(240) - digamma(3)
    assert score(truth, truth) == pytest.approx(bound, rel=1e-9)
    assert score(5 - 3 * truth, truth) == pytest.approx(bound, rel=1e-3)
    assert INFORMATION.perfect is None and INFORMATION.guard == "nrmse"


def test_still_repeated_and_huge_answers_tell_nothing():
    truth = noise()
    task = task_for(truth)
    for answer in (climatology(truth, task), np.repeat(noise(seed=3)[:, :1], 40, axis=1), np.full_like(truth, 1e300)):
        assert score(answer, truth) < 0.1
    still = np.ones((3, 5, 1))
    assert score(still, still) == 0


def test_two_truths_lie_at_the_stated_floor_and_noise_between():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    noisy = truth + 0.5 * truth.std() * np.random.default_rng(0).normal(size=truth.shape)
    assert score(other, truth) < 0.02 < 0.3 < score(noisy, truth) < 0.6 < 5 < score(truth, truth)


def test_a_second_call_gives_the_same_bits_and_too_few_states_are_refused():
    truth, forecast = noise(seed=1), noise(seed=1) + noise(seed=2)
    assert score(forecast, truth) == score(forecast, truth) > 0
    with pytest.raises(UsageError, match="too few"):
        score(truth[:1, :3], truth[:1, :3])


def test_full_turns_do_not_matter():
    truth = noise()
    turned = score(truth + 2 * np.pi, truth, angles=(0, 1, 2))
    assert turned == pytest.approx(score(truth, truth, angles=(0, 1, 2)), rel=1e-3)
