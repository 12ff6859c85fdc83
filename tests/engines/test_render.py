"""Pictures of discs: area, centre, orientation, colours, bytes."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from dynarena.engines.render import render
from dynarena.errors import UnknownName, UsageError


def discs(*places):
    """States [1, object, 6] of discs (x, y, radius)."""
    return np.array([[[x, y, 0, 0, radius, 1] for x, y, radius in places]], dtype=np.float64)


def shares(frame):
    """How much of each pixel a red disc covers: 1 minus green, in units of one."""
    return 1 - frame[1] / 255


def sampled(x, y, radius, resolution, fine=16):
    """Coverage by counting fine x fine points a pixel, row 0 at the top."""
    grid = (np.arange(resolution * fine) + 0.5) / (resolution * fine) * 10
    inside = (grid[None, :] - x) ** 2 + (10 - grid[:, None] - y) ** 2 <= radius**2
    return inside.reshape(resolution, fine, resolution, fine).mean(axis=(1, 3))


RANDOM = np.random.default_rng(5)
PLACES = [(*RANDOM.uniform(2, 8, 2), RANDOM.uniform(0.3, 2.0)) for _ in range(40)]


@pytest.mark.parametrize("resolution", [32, 128])
def test_coverage_agrees_with_supersampling(resolution):
    for place in PLACES[:6]:
        frame = render(discs(place), resolution, ["red"])[0]
        assert np.abs(shares(frame) - sampled(*place, resolution)).max() < 0.04


@pytest.mark.parametrize("resolution", [32, 64, 128])
def test_area_is_right_and_the_centre_within_a_fiftieth_of_a_pixel(resolution):
    pixel, centres = 10 / resolution, np.arange(resolution) + 0.5
    for x, y, radius in PLACES:
        share = shares(render(discs((x, y, radius)), resolution, ["red"])[0])
        mass = share.sum()
        assert mass * pixel**2 == pytest.approx(np.pi * radius**2, rel=2e-3 if resolution > 32 or radius > 1 else 1e-2)
        if radius / pixel > 1.5:
            assert abs((share.sum(0) @ centres) / mass - x / pixel) < 0.02
            assert abs((share.sum(1) @ centres) / mass - (resolution - y / pixel)) < 0.02


def test_row_zero_is_the_top_of_a_world_whose_y_points_up():
    frame = render(discs((2, 9, 0.8)), 64, ["red"])[0]
    rows, columns = np.nonzero(shares(frame) > 0.5)
    assert rows.max() < 16 and columns.max() < 20


def test_pixel_centres_lie_at_one_half():
    """A disc at the world's centre is symmetric under both flips and under exchange of the axes."""
    frame = render(discs((5, 5, 1.7)), 33, ["blue"])[0]
    assert np.array_equal(frame, frame[:, ::-1])
    assert np.array_equal(frame, frame[:, :, ::-1])
    assert np.abs(frame.astype(int) - frame.transpose(0, 2, 1)).max() <= 4


def test_a_square_known_by_hand():
    """A disc that covers all of a 1-pixel view, and one of radius 1/4 at its centre: pi/16 of it."""
    assert (render(discs((5, 5, 9)), 1, ["blue"])[0].ravel() == [0, 0, 255]).all()
    red, green, blue = render(discs((5, 5, 2.5)), 1, ["red"])[0].ravel()
    assert red == 255 and green == blue
    assert green == pytest.approx(255 * (1 - np.pi / 16), abs=1)


def test_ground_is_white_and_colours_are_as_named():
    frame = render(discs((3, 3, 1), (7, 7, 1)), 64, ["red", "#10a0ff"])[0]
    assert (frame[:, 0, 0] == 255).all()
    assert frame[:, 44, 19].tolist() == [255, 0, 0]
    assert frame[:, 19, 44].tolist() == [0x10, 0xA0, 0xFF]


def test_the_last_object_is_in_front():
    frame = render(discs((5, 5, 2), (5, 5, 1)), 64, ["red", "blue"])[0]
    assert frame[:, 32, 32].tolist() == [0, 0, 255]
    assert frame[:, 32, 23].tolist() == [255, 0, 0]
    behind = render(discs((5, 5, 1), (5, 5, 2)), 64, ["red", "blue"])[0]
    assert np.array_equal(behind, render(discs((5, 5, 2)), 64, ["blue"])[0])


def test_touching_discs_share_a_pixel_without_ground_between():
    """Half a pixel each: two discs so large that their edges are straight meet in the middle of a pixel column."""
    frame = render(discs((-995, 5, 1000), (1005, 5, 1000)), 5, ["red", "blue"])[0]
    assert frame[:, 2, 2].tolist() == [128, 0, 128]


def test_what_is_out_of_view_is_cut_and_far_discs_vanish():
    cut = render(discs((0, 5, 2)), 64, ["red"])[0]
    whole = render(discs((5, 5, 2)), 64, ["red"])[0]
    assert np.array_equal(cut[:, :, :32], whole[:, :, 32:])
    for x in (-3, 13, 1e9, -1e9):
        assert (render(discs((x, 5, 2)), 64, ["red"]) == 255).all()


def test_bytes_do_not_depend_on_the_batch():
    states = np.concatenate([discs(*PLACES[k : k + 2]) for k in range(0, 40, 2)])
    together = render(states, 64, ["red", "blue"])
    for k in range(20):
        assert np.array_equal(render(states[k], 64, ["red", "blue"]), together[k])
    assert np.array_equal(render(states.reshape(4, 5, 2, 6), 64, ["red", "blue"]).reshape(together.shape), together)


def test_bytes_are_the_published_ones():
    states = np.concatenate([discs((1 + k / 7, 9 - k / 3, 0.5 + k / 20), (9 - k / 7, 4, 1.1)) for k in range(16)])
    digest = hashlib.sha256(render(states, 64, ["red", "blue"]).tobytes()).hexdigest()
    assert digest == "769e5b172b47c220967babe33e92f79741862cf681300e81656700dc3b766323"


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(UsageError, match="not finite"):
        render(discs((np.nan, 5, 1)), 32, ["red"])
    with pytest.raises(UsageError, match="one colour an object"):
        render(discs((5, 5, 1)), 32, ["red", "blue"])
    with pytest.raises(UsageError, match="pixels"):
        render(discs((5, 5, 1)), 0, ["red"])
    with pytest.raises(UnknownName, match="Did you mean 'red'"):
        render(discs((5, 5, 1)), 32, ["rde"])
