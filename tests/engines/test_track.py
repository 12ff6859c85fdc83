"""Tracking: what a perfect clip loses on the way through pictures, and what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from dynarena.engines.discs_estimate import estimate_state
from dynarena.engines.render import render
from dynarena.engines.track import Tracks, track
from dynarena.engines.track_errors import mean_judged, track_errors
from dynarena.engines.track_unmix import unmix
from dynarena.errors import UsageError

RB = ["red", "blue"]


def discs(*places):
    return np.array([[[x, y, 0, 0, radius, 1] for x, y, radius in places]], dtype=np.float64)


def seen(*places, resolution=64, colours=RB):
    return track(render(discs(*places), resolution, colours[: len(places)])[0] / 255, colours)


def clips(count=40, points=12, seed=1, radius=(0.5, 1.5)):
    """Two discs a clip in uniform motion, upper and lower half, always fully in view."""
    random = np.random.default_rng(seed)
    states = np.zeros((count, points, 2, 6))
    t = 0.1 * np.arange(points)[:, None]
    states[..., 4] = random.uniform(*radius, (count, 1, 2))
    velocity = random.uniform(-3, 3, (count, 1, 2))
    states[..., 0] = random.uniform(4.5, 5.5, (count, 1, 2)) + velocity * (t - 0.55)
    states[..., 1] = random.uniform(-0.3, 0.3, (count, 1, 2)) + [2.4, 7.6] + 0.3 * t
    states[..., 2], states[..., 3] = velocity, 0.3
    return states


@pytest.mark.parametrize(
    ("resolution", "place_mean", "place_most", "speed_mean", "speed_most"),
    [(128, 1e-4, 5e-4, 1e-3, 5e-3), (64, 5e-4, 2e-3, 5e-3, 2e-2), (32, 2e-3, 8e-3, 2e-2, 1e-1)],
)
def test_the_floor_of_a_perfect_clip(resolution, place_mean, place_most, speed_mean, speed_most):
    states = clips()
    errors = track_errors(render(states, resolution, RB), states, RB)
    place = np.hypot(*np.moveaxis(errors.offset, -1, 0))
    speed = np.hypot(*np.moveaxis(np.diff(errors.offset, axis=1), -1, 0)) / 0.1
    assert errors.judged.all() and not errors.missing.any()
    assert place.mean() < place_mean and place.max() < place_most
    assert speed.mean() < speed_mean and speed.max() < speed_most


def test_there_is_no_bias_and_the_mean_velocity_is_good_to_two_parts_in_ten_thousand():
    """A grid shifted by half a pixel, or positions divided by the wrong count, shows at once here."""
    states = clips(80)
    offset = track_errors(render(states, 128, RB), states, RB).offset
    drift = (offset[:, -1] - offset[:, 0]) / 1.1
    assert np.abs(offset.mean(axis=(0, 1, 2))).max() < 2e-5
    assert np.abs(drift).mean() < 2e-4
    slope = np.polyfit(states[..., 0].ravel(), offset[..., 0].ravel(), 1)[0]
    assert abs(slope) < 1e-5


def test_radius_is_that_of_the_area():
    for radius in (0.4, 1.0, 2.0):
        assert seen((5, 5, radius)).radius[0] == pytest.approx(radius, abs=2e-3)


def test_bytes_and_floats_are_tracked_alike_in_any_batch():
    frames = render(clips(6), 32, RB)
    whole, one = track(frames, RB), track(frames[3:4].astype(np.float64) / 255, RB)
    for name in ("x", "y", "radius", "present", "whole", "inside", "strange"):
        assert np.array_equal(getattr(whole, name)[3:4], getattr(one, name))
    assert whole.x.shape == (6, 12, 2) and whole.strange.shape == (6, 12)


def test_three_colours_that_touch_are_told_apart():
    colours = ["red", "blue", "green"]
    places = ((3, 5, 1), (5, 5, 1), (7, 5, 1))
    found = seen(*places, resolution=128, colours=colours)
    assert found.x == pytest.approx([3, 5, 7], abs=2e-3)
    assert found.radius == pytest.approx([1, 1, 1], abs=2e-3)


def test_a_missing_object_is_missing_and_the_other_is_not():
    found = seen((5, 5, 1))
    assert found.present.tolist() == [True, False]
    assert np.isnan(found.x[1]) and np.isnan(found.radius[1]) and found.x[0] == pytest.approx(5, abs=1e-3)


def test_a_frame_that_is_not_finite_or_too_pale_shows_nothing():
    frame = render(discs((5, 5, 1)), 32, ["red"]) / 255
    for broken in (np.nan, np.inf):
        spoilt = frame.copy()
        spoilt[0, 0, 0, 0] = broken
        assert not track(spoilt, ["red"]).present.any()
    assert not track(1 - 0.4 * (1 - frame), ["red"]).present.any()
    assert track(1 - 0.6 * (1 - frame), ["red"]).present.all()


def test_faint_haze_far_away_moves_nothing():
    frame = render(discs((5, 5, 1)), 64, ["red"])[0] / 255
    hazy = frame.copy()
    hazy[1:, :, :20] -= 0.05
    assert track(hazy, ["red"]).x == pytest.approx(track(frame, ["red"]).x, abs=1e-9)


def test_a_doubled_object_is_not_whole():
    for gap in (2.2, 4.0):
        double = np.minimum(render(discs((3, 5, 1)), 64, ["red"]), render(discs((3 + gap, 5, 1)), 64, ["red"]))
        assert not track(double, ["red"]).whole.any()
    assert seen((5, 5, 0.3), resolution=32).whole[0]


def test_a_disc_cut_by_the_border_is_flagged():
    for x, y in ((0.7, 5), (9.3, 5), (5, 0.7), (5, 9.3)):
        assert not seen((x, y, 1)).inside[0]
    for x, y in ((1.02, 5), (8.98, 5), (5, 1.02), (5, 8.98)):
        assert seen((x, y, 1)).inside[0]


def test_a_strange_colour_has_an_area():
    frame = render(discs((3, 5, 1), (7, 5, 1)), 64, ["red", "green"])
    assert track(frame, ["red", "blue"]).strange[0] == pytest.approx(np.pi, rel=0.08)
    assert track(render(discs((3, 5, 1), (7, 5, 1)), 64, RB), RB).strange[0] == 0


def test_shares_are_the_nonnegative_least_squares_of_any_pixel():
    colours = ["red", "blue", "green"]
    pixels = np.random.default_rng(0).random((3, 8, 8))
    basis = np.array([[0, -1, -1], [-1, 0, -1], [-1, -1, 0]], dtype=float)[:, [0, 2, 1]]
    for count in (1, 2, 3):
        shares, rest = unmix(pixels, colours[:count])
        for row, column in np.ndindex(8, 8):
            expected, left = nnls(basis[:, :count], pixels[:, row, column] - 1)
            assert shares[:, row, column] == pytest.approx(np.minimum(expected, 1), abs=1e-9)
            assert rest[row, column] == pytest.approx(left / np.sqrt(3), abs=1e-9)


def test_colours_that_cannot_be_told_apart_are_refused():
    frame = np.ones((3, 16, 16))
    for colours in (["red", "red"], ["#ffffff"], ["red", "blue", "green", "black"], []):
        with pytest.raises(UsageError, match="told apart"):
            track(frame, colours)
    with pytest.raises(UsageError, match="no frames"):
        track(np.ones((1, 16, 16)), ["red"])


def test_another_size_counts_as_missing_and_a_cut_truth_is_not_judged():
    truth = discs((5, 5, 1))
    for radius, missing in ((1.0, False), (1.3, False), (1.5, True), (0.8, False), (0.65, True)):
        assert track_errors(render(discs((5, 5, radius)), 64, ["red"]), truth, ["red"]).missing[0, 0] == missing
    for x, y in ((0.5, 5), (9.5, 5), (5, 0.5), (5, 9.5)):
        cut = discs((x, y, 1))
        assert not track_errors(render(cut, 64, ["red"]), cut, ["red"]).judged.any()


def test_unjudged_frames_take_the_mean_of_the_judged():
    errors = np.array([[1.0, 9.0], [3.0, 5.0], [7.0, 7.0]])
    judged = np.array([[True, False], [True, True], [False, False]])
    assert mean_judged(errors, judged).tolist() == [1.0, 4.0, 2.5]
    assert mean_judged(errors, np.zeros_like(judged)).tolist() == [0.0, 0.0, 0.0]


def tracks(x, y, *, inside=None, present=None):
    """Exact tracks of one object, [1, time, 1]."""
    shape = (1, len(x), 1)
    full = np.ones(shape, dtype=bool)
    seen_at = full if present is None else np.reshape(present, shape)
    within = full if inside is None else np.reshape(inside, shape)
    values = (np.where(seen_at, np.reshape(v, shape), np.nan) for v in (x, y, np.full(len(x), 0.7)))
    return Tracks(*values, seen_at, seen_at, within & seen_at, np.zeros((1, len(x))))


def test_the_state_of_free_flight_is_recovered_exactly():
    t = 0.1 * np.arange(-3, 1)
    found = estimate_state(tracks(4 + 2 * t, 6 - 1.5 * t - 1.25 * t**2), 0.1, 2.5)[0, 0]
    assert found[:5] == pytest.approx([4, 6, 2, -1.5, 0.7], abs=1e-12)
    assert np.isnan(found[5])


def test_frames_that_show_only_part_of_a_disc_are_left_out_where_others_are_whole():
    t = 0.1 * np.arange(-3, 1)
    x = 4 + 2 * t + [0.3, 0, 0, 0]
    found = estimate_state(tracks(x, 5 + 0 * t, inside=[False, True, True, True]), 0.1)[0, 0]
    assert found[[0, 2]] == pytest.approx([4, 2], abs=1e-12)
    found = estimate_state(tracks(4 + 2 * t, 5 + 0 * t, inside=[False] * 4), 0.1)[0, 0]
    assert found[[0, 2]] == pytest.approx([4, 2], abs=1e-12)


def test_one_frame_gives_no_velocity_and_none_gives_nothing():
    t = 0.1 * np.arange(-3, 1)
    found = estimate_state(tracks(4 + 2 * t, 5 + 0 * t, present=[False, False, True, False]), 0.1)[0, 0]
    assert found[[0, 2]] == pytest.approx([3.8, 0])
    assert np.isnan(estimate_state(tracks(4 + 2 * t, 5 + 0 * t, present=[False] * 4), 0.1)[0, 0, 0])
