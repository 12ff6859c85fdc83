"""energy_spectrum_distance: closed forms in decades, a loop over modes, resolution, rounding, the sampling floor."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, noise, stirred, task_for

SPECTRUM = module("energy_spectrum_distance")


def score(forecast, truth, task):
    return SPECTRUM.metric(dataset(forecast, task), dataset(truth, task), task)


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3"])
@pytest.mark.parametrize("factor", [0.1, 2.0, 30.0])
def test_a_wrong_amplitude_is_off_by_its_decades_at_every_scale(kind, factor):
    truth = noise(kind, leads=5)
    task = task_for(truth, kind, mean=0)
    assert score(factor * truth, truth, task) == pytest.approx(abs(2 * np.log10(factor)), rel=1e-9)
    assert score(truth, truth, task) == 0


def test_it_equals_a_loop_over_modes():
    truth, forecast = noise("pde2", seed=1, leads=5, channels=2), noise("pde2", seed=2, leads=5, channels=2)
    task = task_for(truth, "pde2", mean=0, std=1)

    def energies(a):
        power = np.abs(np.fft.fft2(a)).__pow__(2).mean(axis=(0, 1)) / 64**2
        shells = [{}, {}]
        for p in range(8):
            for q in range(8):
                radius = round(np.hypot(min(p, 8 - p), min(q, 8 - q)))
                for c in range(2):
                    shells[c][radius] = shells[c].get(radius, 0) + power[c, p, q]
        return shells

    found, exact = energies(forecast), energies(truth)
    each = [np.sqrt(np.mean([np.log10(found[c][k] / exact[c][k]) ** 2 for k in exact[c]])) for c in range(2)]
    assert score(forecast, truth, task) == pytest.approx(np.mean(each), rel=1e-10)


def test_shells_are_physical_so_a_finer_grid_changes_nothing():
    values = []
    for points, length in ((32, 1.0), (128, 22.0)):
        x = 2 * np.pi * np.arange(points) / points
        truth = (np.sin(x) + 0.1 * np.sin(5 * x))[None, None, None]
        task = task_for(truth, "pde", mean=0, std=1, lengths=[length])
        values.append(score((np.cos(x) + 0.01 * np.cos(5 * x))[None, None, None], truth, task))
    assert values == pytest.approx([2 / np.sqrt(2)] * 2, rel=1e-9)


def test_a_quiet_small_scale_counts_as_much_as_a_large_one():
    x = 2 * np.pi * np.arange(64) / 64
    truth = (np.sin(x) + 1e-3 * np.sin(9 * x))[None, None, None]
    task = task_for(truth, "pde", mean=0, std=1)
    assert score(np.sin(x) + 1e-4 * np.sin(9 * x) + 0 * truth, truth, task) == pytest.approx(2 / np.sqrt(2), rel=1e-6)
    blurred = score(np.sin(x) + 0 * truth, truth, task)
    assert blurred == pytest.approx((np.log10(0.5 * 1e-6 / (0.5 * 1e-10))) / np.sqrt(2), rel=1e-4)


def test_rounding_to_float32_is_below_the_floor():
    truth = stirred(4, 20, seed=0) + 3
    task = task_for(truth, "pde")
    assert score(truth.astype(np.float32).astype(float), truth, task) < 1e-6


def test_two_truths_lie_at_the_stated_floor_and_blur_noise_and_stillness_above():
    truth, other = stirred(24, 120, seed=1, points=24), stirred(24, 120, seed=2, points=24)
    task = task_for(truth, "pde")
    floor = score(other, truth, task)
    assert 0.005 < floor < 0.03
    rng = np.random.default_rng(0)
    assert score(truth + 0.3 * rng.normal(size=truth.shape), truth, task) > 1
    assert score(climatology(truth, task), truth, task) > 5
    assert score(truth[:, rng.permutation(120)], truth, task) < 1e-12, "order is for the guard"


def test_members_are_scored_one_by_one_and_huge_ones_stay_finite():
    truth = noise("pde")
    task = task_for(truth, "pde", mean=0)
    assert score(np.stack([truth, 10 * truth]), truth, task) == pytest.approx(1, rel=1e-9)
    huge = truth.copy()
    huge[0, 0, 0, 0] = 1e300
    assert np.isfinite(score(huge, truth, task))
    assert score(0 * truth, 0 * truth, task_for(truth, "pde", mean=0)) == 0
