"""centroid_error: closed forms, the floor, and every cheat above it."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from video_builders import cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.render import render

CENTROID = module("centroid_error")
LOST = 5.0  # half the world


def score(frames, states, resolution=64):
    return CENTROID.metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution))


def drawn(future, resolution=64):
    return render(future, resolution, ["red", "blue"])


@pytest.mark.parametrize(("resolution", "floor"), [(32, 4e-3), (64, 1e-3), (128, 2e-4)])
def test_a_perfect_clip_scores_the_floor(resolution, floor):
    states = thrown()
    value = score(drawn(states[:, 4:], resolution), states, resolution)
    assert value.shape == (8, 12)
    assert 0 < value.mean() < floor


def test_a_shift_costs_its_length():
    states = thrown()
    future = states[:, 4:].copy()
    future[:, :, 0, :2] += [0.3, -0.4]
    assert score(drawn(future, 128), states, 128) == pytest.approx(np.full((8, 12), 0.25), abs=2e-3)


def test_it_agrees_with_thresholded_centroids_taken_by_a_loop():
    """The reference: the mean pixel of what is more coloured than not, disc by disc; good to a tenth of a pixel."""
    states = thrown(3)
    frozen = drawn(np.repeat(states[:, 3:4], 12, axis=1), 128)
    value, pixel = score(frozen, states, 128), 10 / 128
    for n in range(3):
        for t in (0, 11):
            distances = []
            for channel, disc in ((0, 0), (2, 1)):
                other = frozen[n, t, 2 - channel]
                rows, columns = np.nonzero(other < 128)
                x, y = (columns.mean() + 0.5) * pixel, 10 - (rows.mean() + 0.5) * pixel
                distances.append(min(np.hypot(x - states[n, 4 + t, disc, 0], y - states[n, 4 + t, disc, 1]), LOST))
            assert value[n, t] == pytest.approx(np.mean(distances), abs=0.1 * pixel)


def test_the_true_clip_beats_every_cheat():
    states = thrown()
    truth = score(drawn(states[:, 4:]), states).mean(axis=1)
    for name, frames in cheats(states).items():
        assert (score(frames, states).mean(axis=1) > 5 * truth).all(), name


def test_what_is_missing_costs_as_much_as_what_is_lost():
    states = thrown()
    white = np.full((8, 12, 3, 64, 64), 255, np.uint8)
    assert score(white, states) == pytest.approx(np.full((8, 12), LOST))
    for name in ("doubled", "swapped colours", "a stranger joins"):
        assert score(cheats(states)[name], states).max() > 1, name
    spoilt = drawn(states[:, 4:]) / 255
    spoilt[2, 5, 0, 0, 0] = np.inf
    assert score(spoilt, states)[2, 5] == pytest.approx(LOST)


def test_to_vanish_never_pays():
    states = thrown()
    far = states[:, 4:].copy()
    far[:, :, 0, 0] = 10 - far[:, :, 0, 0]
    worst = score(drawn(far), states)
    white = score(np.full((8, 12, 3, 64, 64), 255, np.uint8), states)
    assert (worst <= white + 1e-12).all()


def test_frames_in_which_the_truth_is_cut_are_not_judged():
    states = thrown(4)
    states[:, 9:, 0, 0] = 9.9
    value = score(drawn(states[:, 4:]), states)
    assert value.max() < 0.01
    lost = states[:, 4:].copy()
    lost[:, 5:, 0, 4] = 0
    assert score(drawn(lost), states).max() < 0.01


def test_samples_are_averaged():
    states = thrown()
    future = drawn(states[:, 4:])
    both = np.stack([future, np.full_like(future, 255)])
    assert score(both, states) == pytest.approx((score(future, states) + LOST) / 2)
