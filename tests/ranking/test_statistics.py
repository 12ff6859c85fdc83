"""Simulations whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from dynarena.ranking.board import build_board
from dynarena.ranking.bootstrap import _weights, interval, systems_interval
from dynarena.ranking.ranks import holm, leave_one_out_ranks, p_value, rank_ranges, systems_p_value
from dynarena.ranking.ratio import skill


def test_resampled_mean_has_the_variance_of_the_mean_even_for_three_units():
    for n in (2, 3, 10):
        values = np.random.default_rng(n).standard_normal(n)
        means = _weights("unit", n, 40_000) @ values
        assert means.var() == pytest.approx(values.var(ddof=1) / n, rel=0.05)
        assert means.mean() == pytest.approx(values.mean(), abs=0.02)


def test_draws_differ_between_systems_and_repeat_for_the_same_one():
    assert np.array_equal(_weights("a", 9), _weights("a", 9))
    assert not np.array_equal(_weights("a", 9), _weights("b", 9))
    assert _weights("a", 9).sum(axis=1) == pytest.approx(np.ones(2000))


def _simulated(toys, rng, seed_spread, n_seeds):
    """One model on three systems: error = mean + trajectory effect + seed effect + noise."""
    lock = toys.lock(n_trajectories=40)
    records = []
    for system in ("chaos/a", "chaos/b", "chaos/c"):
        difficulty = 0.2 * rng.standard_normal(40)
        for seed in range(n_seeds):
            error = 0.7 + difficulty + seed_spread * rng.standard_normal() + 0.05 * rng.standard_normal(40)
            records.append(toys.record(lock, system, "m", error, seed=seed))
    return records, lock


@pytest.mark.parametrize(("seed_spread", "n_seeds"), [(0.0, 1), (0.05, 5)])
def test_interval_on_these_systems_covers_the_truth_about_95_percent_of_the_time(toys, row, seed_spread, n_seeds):
    rng = np.random.default_rng(7)
    hits = []
    for _ in range(150):
        model = row(build_board(*_simulated(toys, rng, seed_spread, n_seeds), n_draws=400), "m")
        hits.append(model.low <= 0.4 <= model.high)
    assert 0.90 <= np.mean(hits) <= 0.99


def test_interval_on_systems_like_these_is_the_t_interval_and_covers_the_truth():
    rng = np.random.default_rng(3)
    log_r = rng.normal(-0.5, 0.8, (2000, 6))
    low, high = np.array([systems_interval(sample) for sample in log_r]).T
    truth = skill(-0.5)
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.97
    expected = stats.ttest_1samp(log_r[0], 0.0).confidence_interval(0.95)
    feasible = np.clip([expected.high, expected.low], np.log(0.01), np.log(4))
    assert (low[0], high[0]) == pytest.approx(tuple(skill(feasible)))


def test_one_system_has_no_interval_on_systems_like_these():
    assert np.isnan(systems_interval(np.array([0.3, np.nan]))).all()


def test_holm_gives_the_published_adjustment():
    """0.01, 0.04, 0.03, 0.005: 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 raised to its predecessor."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == pytest.approx([1.0, 1.0])


def test_p_value_of_a_normal_mean_is_that_of_the_t_test():
    sample = np.random.default_rng(5).normal(0.1, 0.3, 25)
    draws = _weights("unit", 25, 60_000) @ sample
    assert p_value(sample.mean(), draws, 25) == pytest.approx(stats.ttest_1samp(sample, 0).pvalue, rel=0.05)
    assert systems_p_value(sample) == pytest.approx(stats.ttest_1samp(sample, 0).pvalue)


def test_nothing_to_resample_means_nothing_is_told_apart():
    assert p_value(1.0, np.ones(10), 1) == 1.0
    assert systems_p_value(np.array([0.4])) == 1.0


def test_rank_ranges_of_two_groups():
    p = np.array([[1, 0.5, 1e-6, 1e-6], [0.5, 1, 1e-6, 1e-6], [1e-6, 1e-6, 1, 0.5], [1e-6, 1e-6, 0.5, 1]])
    assert rank_ranges(np.array([3.0, 2.9, 1.0, 1.1]), p).tolist() == [[3, 4], [3, 4], [1, 2], [1, 2]]


def test_leave_one_out_ranks_show_who_lives_off_one_system():
    log_r = np.array([[-4.0, 0.0, 0.0], [-1.0, -1.0, -1.0]])
    assert leave_one_out_ranks(log_r).tolist() == [[1, 2], [1, 2]]
    assert leave_one_out_ranks(np.array([[-2.0, -2.0], [0.0, 0.0]])).tolist() == [[1, 1], [2, 2]]
    assert leave_one_out_ranks(np.array([[1.0], [0.0]])).tolist() == [[2, 2], [1, 1]]


def _identical_models(toys, rng):
    """Twelve models with the same law of errors on three systems whose trajectories differ in difficulty."""
    lock = toys.lock(n_trajectories=30)
    difficulty = {task.id: 0.2 * rng.standard_normal(30) for task in lock.tasks}
    records = [
        toys.record(lock, task.system, f"m{i:02}", 0.6 + difficulty[task.id] + 0.05 * rng.standard_normal(30))
        for task in lock.tasks
        for i in range(12)
    ]
    return records, lock


def test_twelve_identical_models_share_one_tie_group_in_95_of_100_boards(toys):
    rng = np.random.default_rng(11)
    tied = [set(build_board(*_identical_models(toys, rng), n_draws=300).table.place) == {"1–12"} for _ in range(40)]
    assert np.mean(tied) >= 0.85
    assert tied[0]


def test_clearly_different_models_are_separated_despite_difficult_trajectories(toys):
    lock = toys.lock(n_trajectories=30)
    difficulty = 0.2 * np.random.default_rng(0).standard_normal(30)
    records = [
        toys.record(lock, task.system, f"m{i}", 0.5 + 0.1 * i + difficulty + 0.02 * np.random.default_rng(i).random(30))
        for task in lock.tasks
        for i in range(4)
    ]
    assert build_board(records, lock).table.place.tolist() == ["1", "2", "3", "4"]


def test_percentile_interval_of_known_draws():
    assert interval(np.arange(1001.0)) == pytest.approx((25.0, 975.0))


def test_the_systems_interval_stays_within_what_a_skill_can_be():
    low, high = systems_interval(np.log([0.01, 0.9]))
    assert (low, high) == (pytest.approx(-3.0), pytest.approx(0.99))
