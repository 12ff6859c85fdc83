"""spectrum_distance: closed forms, an independent reference, the floor, what it sees and what it does not."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, lorenz, module, noise, task_for, waves
from scipy.signal import periodogram

SPECTRUM = module("spectrum_distance")


def score(forecast, truth, task, **parameters):
    return SPECTRUM.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0, 10.0])
def test_a_wrong_amplitude_has_its_closed_form(factor):
    for kind in ("chaos", "pde", "pde2"):
        truth = noise(kind)
        task = task_for(truth, kind, mean=0)
        expected = abs(1 - factor) / np.sqrt(1 + factor**2)
        assert score(factor * truth, truth, task) == pytest.approx(expected, rel=1e-9)


def test_it_is_the_hellinger_distance_of_scipys_periodograms_where_powers_agree():
    truth, forecast = noise(seed=1, channels=1), noise(seed=2, channels=1)
    task = task_for(truth, mean=0, std=1)
    window = np.hanning(42)[1:-1]

    def density(series):
        spectra = [periodogram(row, window=window, detrend=False, scaling="spectrum")[1] for row in series[..., 0]]
        power = np.mean(spectra, axis=0)
        power[1:-1] /= 2  # scipy's one-sided spectrum doubles the inner bins
        return power

    p, q = density(forecast), density(truth)
    scaled = forecast * np.sqrt(q.sum() / p.sum())
    p, q = p / p.sum(), q / q.sum()
    expected = np.sqrt(1 - np.sqrt(p * q).sum())
    assert score(scaled, truth, task, smoothing=1e-9) == pytest.approx(expected, rel=1e-9)


def test_two_lines_apart_share_nothing():
    t = np.arange(400)
    truth = np.cos(0.2 * t)[None, :, None]
    task = task_for(truth, mean=0, std=1)
    assert score(np.cos(1.5 * t)[None, :, None], truth, task) > 0.999
    assert score(np.sin(0.2 * t)[None, :, None], truth, task) < 0.01


def test_a_field_of_other_wavenumbers_loses_at_equal_frequency():
    t, x = np.arange(60)[:, None] * 0.3, 2 * np.pi * np.arange(32) / 32
    truth = np.cos(2 * x - t)[None, :, None]
    task = task_for(truth, "pde", mean=0, std=1)
    assert score(np.cos(9 * x - t)[None, :, None], truth, task) == pytest.approx(0.5, abs=1e-6)
    assert score(np.cos(2 * x - t + 1)[None, :, None], truth, task) < 1e-6


def test_two_truths_differ_by_a_floor_that_falls_with_trajectories_and_another_system_does_not():
    floors = []
    for trajectories in (20, 80):
        truth, other = lorenz(trajectories, 300, seed=1), lorenz(trajectories, 300, seed=2)
        task = task_for(truth)
        floors.append(score(other, truth, task))
        assert score(truth, truth, task) == 0
    assert floors[1] < floors[0] < 0.1 and floors[1] < 0.05
    assert score(lorenz(80, 300, seed=3, rho=45.0), truth, task) > 4 * floors[1]


def test_shuffled_frames_jitter_stillness_and_offsets_lose_to_another_truth():
    truth, other = lorenz(40, 300, seed=1), lorenz(40, 300, seed=2)
    task = task_for(truth)
    rng = np.random.default_rng(0)
    floor = score(other, truth, task)
    frozen = np.repeat(truth[:, :1], 300, axis=1)
    cheats = {
        "shuffled": truth[:, rng.permutation(300)],
        "jittered": truth + 0.3 * truth.std() * rng.normal(size=truth.shape),
        "frozen": frozen,
        "climatology": climatology(truth, task),
        "offset": truth + truth.std(),
    }
    for name, cheat in cheats.items():
        assert score(cheat, truth, task) > 2 * floor, name


def test_the_direction_of_time_is_out_of_sight():
    truth = lorenz(5, 200, seed=1)
    assert score(truth[:, ::-1], truth, task_for(truth)) == pytest.approx(0, abs=1e-7)


def test_units_resolution_and_full_turns_do_not_matter():
    truth, forecast = noise(seed=1), noise(seed=2)
    factor, shift = np.array([1e-6, 1, 1e5]), np.array([1.0, 5.0, -1e5])
    there = score(forecast * factor + shift, truth * factor + shift, task_for(truth, mean=shift, std=factor))
    assert there == pytest.approx(score(forecast, truth, task_for(truth, mean=0, std=1)), rel=1e-6)

    coarse, fine = ((waves(4, 40, seed=0, points=n), waves(4, 40, seed=1, points=n)) for n in (32, 128))
    values = [score(f, u, task_for(u, "pde", mean=0, std=1)) for u, f in (coarse, fine)]
    assert values[0] == pytest.approx(values[1], rel=1e-9)

    turned = score(truth + 2 * np.pi, truth, task_for(truth, angles=(0, 1, 2)))
    assert turned == pytest.approx(0, abs=1e-7)


def test_members_are_scored_one_by_one():
    truth, a, b = noise(seed=1), noise(seed=2), 3 * noise(seed=3)
    task = task_for(truth)
    each = [score(member, truth, task) for member in (a, b)]
    assert score(np.stack([a, b]), truth, task) == pytest.approx(np.mean(each))


def test_one_huge_row_and_silence_stay_within_the_scale():
    truth = noise()
    task = task_for(truth)
    huge = truth.copy()
    huge[0, 0, 0] = 1e300
    assert 0.3 < score(huge, truth, task) <= 1
    silent = np.zeros((2, 8, 1))
    assert score(silent, silent, task_for(silent, mean=0, std=1)) == 0
    broken = truth.copy()
    broken[0, 0, 0] = np.nan
    assert np.isnan(score(broken, truth, task))
