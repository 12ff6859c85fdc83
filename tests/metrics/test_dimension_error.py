"""dimension_error: known dimensions, a loop with Theiler's window, the floor, hostile answers."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for

DIMENSION = module("dimension_error")


def score(forecast, truth, task, **parameters):
    return DIMENSION.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def cube(axes: int, seed: int) -> np.ndarray:
    """Uniform points of the unit cube of so many axes, the others 0."""
    points = np.zeros((40, 50, 3))
    points[..., :axes] = np.random.default_rng(seed).random((40, 50, axes))
    return points


@pytest.mark.parametrize("axes", [1, 2])
def test_a_line_and_a_square_miss_a_cube_by_their_dimensions(axes):
    truth = cube(3, 1)
    task = task_for(truth, mean=0, std=1, dt=1.0, timescale=1.0)
    assert score(cube(axes, 2), truth, task, low=0.001, high=0.01) == pytest.approx(3 - axes, abs=0.25)


def test_it_equals_a_loop_over_pairs_outside_the_window():
    truth, forecast = noise(seed=1, trajectories=3, leads=12), 0.7 * noise(seed=2, trajectories=3, leads=12)
    forecast[..., 2] = 0
    task = task_for(truth, mean=0, std=1, dt=0.5, timescale=2.0)

    def distances(a):
        places = [(n, t) for n in range(3) for t in range(12)]
        pairs = [(p, q) for i, p in enumerate(places) for q in places[i + 1 :] if p[0] != q[0] or q[1] - p[1] >= 4]
        return np.array([np.linalg.norm(a[p] - a[q]) for p, q in pairs])

    u, f = distances(truth), distances(forecast)
    radii = np.geomspace(*np.quantile(u, [0.02, 0.5]), 8)

    def slope(d):
        return np.polyfit(np.log(radii), np.log([np.sum(d <= r) for r in radii]), 1)[0]

    expected = abs(slope(f) - slope(u))
    assert expected > 0.1 and score(forecast, truth, task, low=0.02, high=0.5) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("trajectories,limit", [(20, 0.1), (80, 0.03)])
def test_two_truths_lie_at_the_stated_floor_and_cheats_above(trajectories, limit):
    truth, other = lorenz(trajectories, 300, seed=1), lorenz(trajectories, 300, seed=2)
    task = task_for(truth, dt=1 / 30, timescale=1.0)
    assert score(truth, truth, task) == 0 and score(other, truth, task) < limit
    noisy = truth + 0.5 * truth.std() * np.random.default_rng(0).normal(size=truth.shape)
    for cheat in (noisy, np.repeat(truth[:, :1], 300, axis=1), climatology(truth, task)):
        assert score(cheat, truth, task) > 0.5


def test_huge_answers_have_dimension_zero_and_still_truths_are_scored():
    truth = noise()
    task = task_for(truth)
    assert score(np.full_like(truth, 1e300), truth, task) == score(climatology(truth, task), truth, task) > 1
    still = np.ones((3, 30, 1))
    assert score(still, still, task_for(still)) == 0
    assert np.isfinite(score(noise(channels=1, trajectories=3, leads=30), still, task_for(still)))


def test_one_trajectory_within_the_window_and_full_turns_give_zero():
    truth = noise()
    assert score(2 * truth[:1, :5], truth[:1, :5], task_for(truth[:1, :5])) == 0
    assert score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2))) == pytest.approx(0, abs=1e-9)


def test_members_are_scored_one_by_one():
    truth, a, b = noise(seed=1), noise(seed=2), np.tanh(3 * noise(seed=3))
    task = task_for(truth)
    each = [score(member, truth, task) for member in (a, b)]
    assert score(np.stack([a, b]), truth, task) == pytest.approx(np.mean(each))
