"""ssim: closed forms, symmetry, and the definition by loops over windows."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from metric_builders import module
from video_builders import AXES, cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.errors import UsageError

SSIM = module("ssim")


def score(frames, true):
    truth = xr.Dataset({"frames": (AXES, true)})
    return SSIM.metric(forecast_of(frames), truth, clip_task(true.shape[-1]))


def noise(seed, size=16):
    return np.random.default_rng(seed).random((1, 2, 3, size, size)).astype(np.float32)


def by_loops(a, b):
    """The index of one channel: every whole window, every pixel of it, population variances."""
    weights = [[math.exp(-((i - 5) ** 2 + (j - 5) ** 2) / 4.5) for j in range(11)] for i in range(11)]
    norm = sum(map(sum, weights))
    total, count = 0.0, 0
    for top in range(a.shape[0] - 10):
        for left in range(a.shape[1] - 10):
            pixels = [
                (weights[i][j] / norm, float(a[top + i, left + j]), float(b[top + i, left + j]))
                for i in range(11)
                for j in range(11)
            ]
            ma, mb = sum(w * p for w, p, _ in pixels), sum(w * q for w, _, q in pixels)
            va = sum(w * (p - ma) ** 2 for w, p, _ in pixels)
            vb = sum(w * (q - mb) ** 2 for w, _, q in pixels)
            cov = sum(w * (p - ma) * (q - mb) for w, p, q in pixels)
            total += (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))
            count += 1
    return total / count


def test_it_equals_the_definition_by_loops():
    a, b = noise(0), (0.5 * noise(0) + 0.5 * noise(1))
    for t in range(2):
        expected = np.mean([by_loops(a[0, t, c], b[0, t, c]) for c in range(3)])
        assert score(a, b)[0, t] == pytest.approx(expected, abs=1e-10)


def test_equal_frames_score_one_and_the_index_is_symmetric():
    states = thrown(2)
    true = truth_of(states, 32)["frames"].values
    assert score(true, true) == pytest.approx(np.ones((2, 12)), abs=1e-6)
    assert score(noise(0), noise(1)) == pytest.approx(score(noise(1), noise(0)))


def test_two_flat_frames_have_a_closed_form():
    for a, b in ((0.2, 0.8), (0.0, 1.0)):
        flat_a, flat_b = (np.full((1, 2, 3, 16, 16), value) for value in (a, b))
        assert score(flat_a, flat_b) == pytest.approx(
            np.full((1, 2), (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)), abs=1e-5
        )


def test_the_true_clip_beats_every_cheat():
    states = thrown(3)
    true = truth_of(states, 32)["frames"].values
    for name, frames in cheats(states, 32).items():
        assert (score(frames, true).mean(axis=1) < 0.99).all(), name


def test_samples_are_averaged():
    a, b = noise(0), noise(1)
    assert score(np.stack([a, b]), b) == pytest.approx((score(a, b) + score(b, b)) / 2)


def test_frames_smaller_than_the_window_are_refused():
    with pytest.raises(UsageError, match="smaller than the window"):
        score(noise(0, 8), noise(1, 8))
