"""state_space_divergence: Gaussian closed forms, a loop, measured floors, outliers that never vanish."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, stirred, task_for, waves

from dynarena.errors import UsageError

DIVERGENCE = module("state_space_divergence")


def score(forecast, truth, task, **parameters):
    return DIVERGENCE.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def test_boxes_equal_a_count_by_hand():
    truth, forecast = noise(seed=1, channels=2), 1.3 * noise(seed=2, channels=2)
    task = task_for(truth, mean=0, std=1)
    low, high = truth.reshape(-1, 2).min(axis=0), truth.reshape(-1, 2).max(axis=0)
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    edges = [np.linspace(a, b, 8) for a, b in zip(low, high, strict=True)]

    def share(points):
        counts, _, _ = np.histogram2d(*points.reshape(-1, 2).T, bins=edges)
        outside = points.size // 2 - counts.sum()
        smooth = np.append(counts.ravel(), outside) + 0.5
        return smooth / smooth.sum()

    p, q = share(truth), share(forecast)
    expected = sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    assert (np.abs(forecast).reshape(-1, 2) > high).any()
    assert score(forecast, truth, task, bins=7, pseudo_count=0.5) == pytest.approx(expected, rel=1e-12)


def test_boxes_find_the_divergence_of_two_gaussians():
    rng = np.random.default_rng(0)
    truth, forecast = rng.normal(size=(100, 2000, 1)), 0.5 + 1.5 * rng.normal(size=(100, 2000, 1))
    expected = math.log(1.5) + (1 + 0.25) / (2 * 1.5**2) - 0.5
    assert score(forecast, truth, task_for(truth), bins=100) == pytest.approx(expected, rel=0.03)


def test_distances_find_the_energy_of_two_shifted_gaussians():
    rng = np.random.default_rng(1)
    shift = 1.0
    truth, forecast = rng.normal(size=(40, 50, 1)), shift + rng.normal(size=(40, 50, 1))
    truth, forecast = (np.repeat(path, 4, axis=-1) for path in (truth, forecast))
    within = 2 / math.sqrt(math.pi)
    across = 2 / math.sqrt(math.pi) * math.exp(-(shift**2) / 4) + shift * math.erf(shift / 2)
    value = score(forecast, truth, task_for(truth, mean=0, std=1), most=2000)
    assert value == pytest.approx(1 - within / across, rel=0.1)


def test_distances_equal_a_loop_over_points():
    truth, forecast = noise("pde", seed=1, trajectories=3, leads=4), 1.5 * noise("pde", seed=2, trajectories=3, leads=4)
    task = task_for(truth, "pde", mean=0, std=1)
    u, f = truth.reshape(12, -1), forecast.reshape(12, -1)
    pairs = [(i, j) for i in range(12) for j in range(12) if i // 4 != j // 4]

    def mean(a, b):
        return sum(math.sqrt(np.mean((a[i] - b[j]) ** 2)) for i, j in pairs) / len(pairs)

    expected = 1 - (mean(u, u) + mean(f, f)) / (2 * mean(u, f))
    assert expected > 0 and score(forecast, truth, task) == pytest.approx(expected, rel=1e-9)


def test_a_forecast_that_shrinks_or_swells_or_shifts_lies_above_the_floor_of_fields():
    truth, other = stirred(50, 50, seed=1), stirred(50, 50, seed=2)
    task = task_for(truth, "pde")
    floor = score(other, truth, task)
    assert floor < 0.001 and score(truth, truth, task) == 0
    assert score(0.7 * other, truth, task) > floor + 0.01
    assert score(1.3 * other, truth, task) > floor + 0.005
    assert score(other + 0.5 * other.std(), truth, task) > floor + 0.05
    assert score(climatology(truth, task), truth, task) > floor + 0.2


@pytest.mark.parametrize("trajectories,limit", [(20, 0.25), (100, 0.05)])
def test_the_floor_between_two_truths_is_as_stated_and_another_system_lies_above_it(trajectories, limit):
    truth, other = lorenz(trajectories, 300, seed=1), lorenz(trajectories, 300, seed=2)
    task = task_for(truth)
    floor = score(other, truth, task)
    assert floor < limit and score(truth, truth, task) == 0
    assert score(lorenz(trajectories, 300, seed=3, rho=32.0), truth, task) > 4 * floor


def test_points_that_escape_are_counted_and_one_row_cannot_move_the_boxes():
    truth = lorenz(20, 200, seed=1)
    task = task_for(truth)
    one, half = truth.copy(), truth.copy()
    one[0, 0] = 1e9
    half[:, ::2] = 1e9
    constant = climatology(truth, task)
    fooled = constant.copy()
    fooled[0, 0] = 1e9
    assert 0 < score(one, truth, task) < 0.01
    assert score(half, truth, task) == pytest.approx(math.log(2), rel=0.2)
    assert score(fooled, truth, task) > 4 and score(constant, truth, task) > 4


@pytest.mark.parametrize("cheat", ["frozen", "climatology", "jittered", "offset"])
def test_a_forecast_off_the_attractor_loses_to_another_truth(cheat):
    truth, other = lorenz(30, 200, seed=1), lorenz(30, 200, seed=2)
    task = task_for(truth)
    answer = {
        "frozen": np.repeat(truth[:, :1], 200, axis=1),
        "climatology": climatology(truth, task),
        "jittered": truth + 0.5 * truth.std() * np.random.default_rng(0).normal(size=truth.shape),
        "offset": truth + truth.std(),
    }[cheat]
    assert score(answer, truth, task) > 2 * score(other, truth, task)


def test_order_in_time_is_out_of_sight_and_a_guard_is_declared():
    truth = lorenz(10, 200, seed=1)
    shuffled = truth[:, np.random.default_rng(0).permutation(200)]
    assert score(shuffled, truth, task_for(truth)) == 0
    assert DIVERGENCE.guard == "spectrum_distance"


def test_units_resolution_and_full_turns_do_not_matter():
    truth, forecast = noise(seed=1), noise(seed=2)
    factor = np.array([1e-6, 1.0, 1e6])
    there = score(forecast * factor, truth * factor, task_for(truth * factor))
    assert there == pytest.approx(score(forecast, truth, task_for(truth)), rel=1e-6)

    coarse, fine = ((waves(4, 40, seed=0, points=n), waves(4, 40, seed=1, points=n)) for n in (32, 128))
    values = [score(f, u, task_for(u, "pde", mean=0, std=1)) for u, f in (coarse, fine)]
    assert values[0] == pytest.approx(values[1], rel=1e-6)

    turned = score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2)))
    assert turned == pytest.approx(0, abs=1e-9)


def test_members_are_scored_one_by_one_so_that_a_bigger_ensemble_has_no_lower_floor():
    truth, a, b = noise(seed=1), noise(seed=2), 3 * noise(seed=3)
    task = task_for(truth)
    each = [score(member, truth, task) for member in (a, b)]
    assert score(np.stack([a, b]), truth, task) == pytest.approx(np.mean(each))


def test_a_single_trajectory_of_a_field_is_refused():
    truth = noise("pde", trajectories=1)
    with pytest.raises(UsageError, match="two trajectories"):
        score(truth, truth, task_for(truth, "pde"))


@pytest.mark.parametrize("kind", ["chaos", "pde"])
def test_huge_answers_are_far_and_none_never_scores(kind):
    truth = noise(kind, channels=2)
    task = task_for(truth, kind)
    huge, broken = np.full_like(truth, 1e300), np.full_like(truth, np.nan)
    assert (2 if kind == "chaos" else 0.2) < score(huge, truth, task) < np.inf
    assert not score(broken, truth, task) < 2
