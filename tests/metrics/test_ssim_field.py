"""ssim_field: the definition by loops over windows, scaling by the truth, small grids, closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, noise, task_for

SSIM = module("ssim_field")


def score(forecast, truth, task):
    return SSIM.metric(dataset(forecast, task), dataset(truth, task), task)


def by_loops(a, b, wraps):
    """The mean index of two pictures [x, y] in [0, 1]: every pixel of every window."""
    weight = [math.exp(-(k * k) / 4.5) for k in range(-5, 6)]
    total = sum(weight) ** 2

    def place(index, n, wrap):
        if wrap:
            return index % n
        index %= 2 * n
        return index if index < n else 2 * n - 1 - index

    index = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            pixels = []
            for p in range(11):
                for q in range(11):
                    at = place(i + p - 5, a.shape[0], wraps[0]), place(j + q - 5, a.shape[1], wraps[1])
                    pixels.append((weight[p] * weight[q] / total, a[at], b[at]))
            ma, mb = sum(w * x for w, x, _ in pixels), sum(w * y for w, _, y in pixels)
            va, vb = sum(w * (x - ma) ** 2 for w, x, _ in pixels), sum(w * (y - mb) ** 2 for w, _, y in pixels)
            cov = sum(w * (x - ma) * (y - mb) for w, x, y in pixels)
            index += (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))
    return index / a.size


@pytest.mark.parametrize("ends", [["periodic", "periodic"], ["wall", "periodic"]])
def test_it_equals_the_definition_by_loops(ends):
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(1, 1, 2, 7, 6))
    forecast = 0.6 * truth + 0.4 * rng.normal(size=truth.shape)
    task = task_for(truth, "pde2", boundary=ends)
    each = []
    for c in range(2):
        low, high = truth[0, 0, c].min(), truth[0, 0, c].max()
        a, b = ((field[0, 0, c] - low) / (high - low) for field in (forecast, truth))
        each.append(by_loops(a, b, [end == "periodic" for end in ends]))
    assert score(forecast, truth, task)[0, 0] == pytest.approx(np.mean(each), rel=1e-10)


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3"])
def test_equal_fields_score_exactly_one_in_any_number_of_axes(kind):
    truth = noise(kind, leads=3)
    task = task_for(truth, kind)
    assert (score(truth, truth, task) == 1).all()
    assert (score(noise(kind, seed=9, leads=3), truth, task) < 0.7).all()


@pytest.mark.parametrize("amplitude,shift", [(1e-8, 0.0), (1e8, 0.0), (1.0, -500.0), (3.0, 7.0)])
def test_units_amplitudes_and_shifts_do_not_matter(amplitude, shift):
    truth = noise("pde2", seed=1, leads=3)
    forecast = truth + 0.3 * noise("pde2", seed=2, leads=3)
    here = score(forecast, truth, task_for(truth, "pde2"))
    seen, true = amplitude * forecast + shift, amplitude * truth + shift
    there = score(seen, true, task_for(true, "pde2"))
    np.testing.assert_allclose(there, here, rtol=1e-7)


def test_flat_fields_have_a_closed_form():
    truth = np.zeros((1, 2, 1, 16))
    truth[0, 1] = 1.0
    task = task_for(truth, "pde", mean=0, std=1)
    value = score(np.full_like(truth, 0.2), truth, task)
    expected = [(2 * 0.2 * u + 1e-4) / (0.2**2 + u * u + 1e-4) for u in (0, 1)]
    np.testing.assert_allclose(value[0], expected, rtol=1e-12)


def test_the_forecast_s_own_range_changes_nothing():
    truth = noise("pde", seed=1, leads=4)
    task = task_for(truth, "pde")
    forecast = truth.copy()
    forecast[:, 3] *= 1e6
    np.testing.assert_array_equal(score(forecast, truth, task)[:, :3], 1)


def test_fields_shorter_than_the_window_huge_ones_and_constants_are_judged():
    short = np.random.default_rng(0).normal(size=(2, 3, 1, 5))
    task = task_for(short, "pde")
    assert (score(short, short, task) == 1).all() and (score(short[::-1], short, task) < 0.9).all()
    for size in (1e9, 1e100, 1e300):
        value = score(np.full_like(short, size), short, task)
        assert np.isfinite(value).all() and (np.abs(value) <= 1).all() and (value < 0.6).all()
    flat = np.ones_like(short)
    assert (score(flat, flat, task_for(flat, "pde", std=1)) == 1).all()


def test_members_are_averaged():
    a, b, truth = (noise("pde", seed=seed, leads=3) for seed in (1, 2, 3))
    task = task_for(truth, "pde")
    both = score(np.stack([a, b]), truth, task)
    np.testing.assert_allclose(both, (score(a, truth, task) + score(b, truth, task)) / 2, rtol=1e-12)
    assert (score(climatology(truth, task), truth, task) < 0.9).all()
