"""best_of_samples and track_energy_score: one sample, hedges, closed forms, and what is missing."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from video_builders import cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.render import render

NAMES = ("best_of_samples", "track_energy_score")


def score(name, frames, states, resolution=64):
    return module(name).metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution))


def drawn(states, right=0.0, resolution=64):
    future = states[:, 4:].copy()
    future[..., 0] += right
    return render(future, resolution, ["red", "blue"])


@pytest.mark.parametrize("name", NAMES)
def test_one_sample_is_scored_by_its_position_error(name):
    states = thrown()
    for frames in (drawn(states), drawn(states, 0.4)):
        single = score(name, frames, states)
        centroid = module("centroid_error").metric(forecast_of(frames), truth_of(states, 64), clip_task(64))
        mean = single if name == "best_of_samples" else single.mean(axis=1)
        assert mean == pytest.approx(centroid.mean(axis=1), rel=0.2, abs=2e-4)


@pytest.mark.parametrize("name", NAMES)
def test_the_true_clip_beats_every_cheat(name):
    states = thrown()
    true = score(name, drawn(states), states).mean()
    for cheat, frames in cheats(states).items():
        assert score(name, frames, states).mean() > 2 * true, cheat


def test_the_best_of_two_is_the_better_and_the_energy_score_their_closed_form():
    """Members at +a and +b: ES = (a + b) / 2 - |a - b| / 4."""
    states = thrown()
    both = np.stack([drawn(states, 0.2), drawn(states, 0.8)])
    assert score("best_of_samples", both, states) == pytest.approx(np.full(8, 0.2), abs=5e-3)
    assert score("track_energy_score", both, states) == pytest.approx(np.full((8, 12), 0.5 - 0.15), abs=5e-3)


def test_a_hedge_around_the_truth_does_not_beat_it():
    states = thrown()
    hedge = np.stack([drawn(states, -0.5), drawn(states, 0.5)])
    assert score("track_energy_score", hedge, states).mean() == pytest.approx(0.25, abs=0.01)
    assert score("track_energy_score", drawn(states), states).mean() < 0.01


@pytest.mark.parametrize("name", NAMES)
def test_copies_change_nothing_and_vanishing_together_is_no_spread(name):
    states = thrown()
    moved, white = drawn(states, 0.3), np.full((8, 12, 3, 64, 64), 255, np.uint8)
    for frames in (moved, white):
        assert score(name, np.stack([frames] * 3), states) == pytest.approx(score(name, frames, states))
    assert score(name, white, states) == pytest.approx(np.full_like(score(name, white, states), 5.0))
