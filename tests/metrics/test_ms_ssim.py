"""ms_ssim: scales by scipy's own Gaussian filter, the weights of small grids, frames."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for
from scipy.ndimage import gaussian_filter

MS, SSIM = module("ms_ssim"), module("ssim_field")
WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def score(forecast, truth, task, which=MS):
    return which.metric(dataset(forecast, task), dataset(truth, task), task)


def smooth(a):
    return gaussian_filter(a, 1.5, mode="wrap", truncate=5 / 1.5)


def reference(a, b, scales):
    """Of two periodic pictures [x, y] in [0, 1]."""
    weights = np.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    value = 1.0
    for scale in range(scales):
        ma, mb = smooth(a), smooth(b)
        va, vb, cov = smooth(a * a) - ma**2, smooth(b * b) - mb**2, smooth(a * b) - ma * mb
        structure = (2 * cov + 9e-4) / (va + vb + 9e-4)
        light = (2 * ma * mb + 1e-4) / (ma**2 + mb**2 + 1e-4)
        value *= (structure if scale < scales - 1 else light * structure).mean() ** weights[scale]
        if scale == scales - 1:
            return value
        a, b = (f.reshape(f.shape[0] // 2, 2, f.shape[1] // 2, 2).mean(axis=(1, 3)) for f in (a, b))
    raise AssertionError("no scales")


@pytest.mark.parametrize("points,scales", [(16, 1), (24, 2), (64, 3), (176, 5)])
def test_it_has_as_many_scales_as_leave_eleven_points(points, scales):
    x = 2 * np.pi * np.arange(points) / points
    pattern = np.sin(x)[:, None] * np.cos(2 * x) + 0.2 * np.sin(3 * x)[:, None]
    truth = pattern[None, None, None]
    forecast = truth + 0.1 * np.random.default_rng(0).normal(size=truth.shape)
    low, high = truth.min(), truth.max()
    expected = reference((forecast[0, 0, 0] - low) / (high - low), (pattern - low) / (high - low), scales)
    value = score(forecast, truth, task_for(truth, "pde2"))
    assert value[0, 0] == pytest.approx(expected, rel=1e-9)


def test_on_one_scale_it_is_the_similarity_itself():
    truth = noise("pde", seed=1, leads=3, channels=1)
    forecast = truth + 0.5 * noise("pde", seed=2, leads=3, channels=1)
    task = task_for(truth, "pde")
    np.testing.assert_allclose(score(forecast, truth, task), score(forecast, truth, task, SSIM), rtol=1e-12)


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3", "video"])
def test_equal_fields_score_exactly_one_and_opposites_nothing(kind):
    truth = np.random.default_rng(0).random((2, 3, 3, *{"pde": (64,), "pde3": (24, 22, 26)}.get(kind, (30, 24))))
    task = task_for(truth, kind)
    assert (score(truth, truth, task) == 1).all()
    assert (score(1 - truth, truth, task) == 0).all()


def test_units_do_not_matter_and_huge_answers_stay_within_the_scale():
    truth = np.random.default_rng(1).normal(size=(2, 3, 1, 32, 32))
    forecast = truth + 0.3 * np.random.default_rng(2).normal(size=truth.shape)
    here = score(forecast, truth, task_for(truth, "pde2"))
    there = score(1e8 * forecast - 1e9, 1e8 * truth - 1e9, task_for(1e8 * truth - 1e9, "pde2"))
    np.testing.assert_allclose(there, here, rtol=1e-6)
    for size in (1e9, 1e300):
        value = score(np.full_like(truth, size), truth, task_for(truth, "pde2"))
        assert ((value >= 0) & (value < 0.6)).all()
