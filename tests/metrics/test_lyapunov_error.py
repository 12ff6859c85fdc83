"""lyapunov_error: a map of known exponent, still and other systems, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for

from dynarena.errors import UsageError

LYAPUNOV = module("lyapunov_error")


def score(forecast, truth, task, **parameters):
    return LYAPUNOV.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def expanding(factor: float, seed: int) -> np.ndarray:
    """x -> factor x mod 1 as an angle: its exponent is ln(factor) a step."""
    x, path = np.random.default_rng(seed).random((300, 1)), []
    for _ in range(20):
        path.append(2 * np.pi * x)
        x = factor * x % 1
    return np.stack(path, axis=1)


def test_multiplications_of_the_circle_differ_by_their_logarithms():
    double, triple = expanding(2, 1), expanding(3, 2)
    task = task_for(double, dt=1.0, timescale=3.0, angles=(0,))
    rate = score(np.zeros_like(double), double, task)
    assert rate == pytest.approx(3 * np.log(2), rel=0.05)
    assert score(triple, double, task) == pytest.approx(3 * np.log(1.5), rel=0.1)


@pytest.mark.parametrize("trajectories", [20, 80])
def test_two_truths_lie_at_the_stated_floor_and_cheats_above(trajectories):
    truth, other = lorenz(trajectories, 300, seed=1), lorenz(trajectories, 300, seed=2)
    task = task_for(truth, dt=1 / 30, timescale=1.0)
    assert score(truth, truth, task) == 0 and score(other, truth, task) < 0.12
    noisy = truth + 0.5 * truth.std() * np.random.default_rng(0).normal(size=truth.shape)
    assert score(noisy, truth, task) > 0.5
    for still in (np.repeat(truth[:, :1], 300, axis=1), climatology(truth, task), np.full_like(truth, 1e300)):
        assert 1 < score(still, truth, task) < 1.6


def test_neighbours_belong_to_other_trajectories_or_lie_a_window_away_and_have_a_future():
    paths = lorenz(5, 60, seed=1)
    here, there = LYAPUNOV._neighbours(paths, 15, 10, 1000)
    assert len(here) == 5 * 45
    assert (here % 60 < 45).all() and (there % 60 < 45).all()
    assert ((here // 60 != there // 60) | (abs(here - there) > 10)).all()
    flat, mean = paths.reshape(-1, 3), paths.reshape(-1, 3).std()
    assert np.linalg.norm(flat[here] - flat[there], axis=1).mean() < mean


def test_members_are_scored_one_by_one_and_full_turns_do_not_matter():
    truth, a, b = lorenz(6, 90, seed=1), lorenz(6, 90, seed=2), noise(leads=90)
    task = task_for(truth, dt=1 / 30, timescale=1.0)
    each = [score(member, truth, task) for member in (a, b)]
    assert score(np.stack([a, b]), truth, task) == pytest.approx(np.mean(each))
    angles = expanding(2, 1)
    assert score(angles + 2 * np.pi, angles, task_for(angles, dt=1.0, timescale=3.0, angles=(0,))) < 1e-6


def test_a_horizon_of_one_lead_is_refused():
    truth = noise(leads=1)
    with pytest.raises(UsageError, match="too short"):
        score(truth, truth, task_for(truth))
