"""psnr: closed forms and a loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import module
from video_builders import cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.render import render

PSNR = module("psnr")


def score(frames, states, resolution=32, **parameters):
    return PSNR.metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution), **parameters)


def test_it_equals_a_loop_over_pixels():
    states = thrown(2)
    frames = np.random.default_rng(0).random((2, 12, 3, 32, 32)).astype(np.float32)
    true = truth_of(states, 32)["frames"].values
    for n, t in ((0, 0), (1, 7)):
        total = 0.0
        for a, b in zip(frames[n, t].ravel().tolist(), true[n, t].ravel().tolist(), strict=True):
            total += (a - b / 255) ** 2
        expected = 10 * math.log10(1 / (total / (3 * 32 * 32)))
        assert score(frames, states)[n, t] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("offset", "decibels"), [(0.1, 20.0), (0.01, 40.0), (1.0, 0.0)])
def test_a_constant_offset_has_a_closed_form(offset, decibels):
    states = thrown(2)
    frames = truth_of(states, 32)["frames"].values / 255 - offset
    assert score(frames, states) == pytest.approx(np.full((2, 12), decibels), abs=1e-4)


def test_equal_frames_score_the_cap():
    states = thrown(2)
    true = truth_of(states, 32)["frames"].values
    assert (score(true, states) == 60).all()
    assert (score(true, states, cap=99.0) > 90).all()


def test_the_true_clip_beats_every_cheat():
    states = thrown(3)
    for name, frames in cheats(states, 32).items():
        assert (score(frames, states).mean(axis=1) < 50).all(), name


def test_samples_are_averaged_in_decibels():
    states = thrown(2)
    true = render(states[:, 4:], 32, ["red", "blue"]) / 255
    both = np.stack([true - 0.1, true - 0.01])
    assert score(both, states) == pytest.approx(np.full((2, 12), 30.0), abs=1e-4)
