"""velocity_error: closed forms, the floor, and every cheat above it."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from video_builders import cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.render import render

VELOCITY = module("velocity_error")
CEILING = 4.0 * 10 / 4.0


def score(frames, states, resolution=64):
    return VELOCITY.metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution))


def drawn(future, resolution=64):
    return render(future, resolution, ["red", "blue"])


@pytest.mark.parametrize(("resolution", "floor"), [(32, 0.04), (64, 0.01), (128, 2e-3)])
def test_a_perfect_clip_scores_the_floor(resolution, floor):
    states = thrown()
    value = score(drawn(states[:, 4:], resolution), states, resolution)
    assert value.shape == (8, 12)
    assert 0 < value.mean() < floor


def test_a_constant_wrong_velocity_costs_its_size_in_every_frame():
    states = thrown()
    future = states[:, 4:].copy()
    future[..., :2] += 0.1 * np.arange(1, 13)[:, None, None] * np.array([0.3, 0.4])
    assert score(drawn(future, 128), states, 128) == pytest.approx(np.full((8, 12), 0.5), abs=0.01)


def test_a_frozen_clip_costs_the_true_speed_averaged_over_discs():
    """The reference: true displacements from the last context frame on, straight from the states."""
    states = thrown()
    frozen = np.repeat(states[:, 3:4], 12, axis=1)
    speed = np.hypot(*np.moveaxis(np.diff(states[:, 3:, :, :2], axis=1), -1, 0)).mean(axis=-1) / 0.1
    assert score(drawn(frozen, 128), states, 128) == pytest.approx(speed, abs=5e-3)


def test_jitter_that_ends_where_it_began_is_paid_for_in_every_frame():
    """The mean velocity over the clip is right to the last digit; each frame's is wrong by 2 and 4."""
    states = thrown()
    future = states[:, 4:].copy()
    future[:, ::2, :, 0] += 0.2
    value = score(drawn(future, 128), states, 128)
    assert value == pytest.approx(np.full((8, 12), 2.0), abs=0.01)
    assert VELOCITY.metric(forecast_of(drawn(future)), truth_of(states), clip_task()).mean() > 1.9


def test_the_true_clip_beats_every_cheat():
    states = thrown()
    truth = score(drawn(states[:, 4:]), states).mean(axis=1)
    for name, frames in cheats(states).items():
        assert (score(frames, states).mean(axis=1) > 5 * truth).all(), name


def test_what_is_missing_costs_the_ceiling_and_nothing_costs_more():
    states = thrown()
    white = np.full((8, 12, 3, 64, 64), 255, np.uint8)
    assert (score(white, states) == CEILING).all()
    for frames in cheats(states).values():
        assert (score(frames, states) <= CEILING).all()
    spoilt = drawn(states[:, 4:]) / 255
    spoilt[2, 5, 0, 0, 0] = np.nan
    value = score(spoilt, states)
    assert (value[2, 5:7] == CEILING).all() and (value[2, [4, 7]] < 0.1).all()


def test_one_lost_disc_of_two_costs_half_the_ceiling():
    states = thrown()
    lost = states[:, 4:].copy()
    lost[:, :, 1, 4] = 0
    assert score(drawn(lost), states) == pytest.approx(np.full((8, 12), CEILING / 2), abs=0.05)


def test_frames_in_which_the_truth_is_cut_are_not_judged():
    states = thrown(4)
    states[:, 9:, 0, 0] = 9.9
    lost = states[:, 4:].copy()
    lost[:, 5:, 0, 4] = 0
    assert score(drawn(lost), states).max() < 0.1


def test_samples_are_averaged():
    states = thrown()
    future = drawn(states[:, 4:])
    both = np.stack([future, np.full_like(future, 255)])
    assert score(both, states) == pytest.approx((score(future, states) + CEILING) / 2)
