"""Tracking scenes: colours, sizes, angles, opacity, twins of one colour, and what is missing."""

from __future__ import annotations

import numpy as np
import pytest
from film_builders import look, picture, thing

from dynarena.engines.film.components import X, Y
from dynarena.engines.film.sight import sight
from dynarena.engines.film.sight_errors import sight_errors
from dynarena.engines.film.unmix import unmix
from dynarena.engines.track import track
from dynarena.errors import UsageError


def seen(view, *things, resolution=128):
    return sight(picture(view, *things, resolution=resolution), view)


def test_two_discs_are_seen_as_the_older_tracker_sees_them():
    view = look("red", "blue")
    frame = picture(view, thing(3.2, 4.1, 0.8), thing(6.7, 5.3, 1.2))
    ours, theirs = sight(frame, view), track(frame, ["red", "blue"])
    for name in ("x", "y", "radius"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), abs=2e-4)
    assert ours.whole.all() and ours.inside.all() and ours.strange == 0


@pytest.mark.parametrize("angle", [-1.2, -0.4, 0.0, 0.7, 1.5])
def test_the_angle_of_a_long_box_is_seen(angle):
    found = seen(look("red", shapes=["box"]), thing(5, 5, angle=angle, width=3, height=1))
    assert np.sin(found.angle[0] - angle) == pytest.approx(0, abs=2e-3)
    assert found.radius[0] == pytest.approx(np.sqrt(3 / np.pi), rel=1e-3)


@pytest.mark.parametrize("light", [0.25, 0.6, 1.0])
def test_opacity_is_seen_apart_from_size(light):
    found = seen(look("yellow", background="black"), thing(4, 6, 1.3, light=light))
    assert found.light[0] == pytest.approx(light, abs=2e-3)
    assert found.radius[0] == pytest.approx(1.3, rel=2e-3) and found.x[0] == pytest.approx(4, abs=1e-3)


def test_scenery_of_its_own_colour_moves_nothing():
    view = look("black", "red", shapes=["rod", "disc"], scenery=["a"])
    bare = seen(look("red"), thing(6.03, 5.02, 0.7))
    found = seen(view, thing(3, 5, width=6, height=0.2), thing(6.03, 5.02, 0.7))
    assert found.x == pytest.approx(bare.x, abs=1e-3) and found.y == pytest.approx(bare.y, abs=1e-3)


def test_many_colours_that_touch_are_told_apart():
    colours = ["red", "blue", "green", "black", "cyan", "magenta"]
    places = [(2 + 1.2 * k, 5 + 0.3 * (k % 2)) for k in range(6)]
    found = seen(look(*colours), *(thing(x, y, 0.6) for x, y in places))
    assert found.x == pytest.approx([x for x, _ in places], abs=5e-3)
    assert found.y == pytest.approx([y for _, y in places], abs=5e-3)


def clip(paths, radius=0.6, colours=("red", "red"), resolution=96):
    view = look(*colours)
    states = np.stack([[thing(*place, radius) for place in row] for row in zip(*paths, strict=True)])
    return view, states, view.frames(states[None], {}, resolution)


def test_discs_of_one_colour_keep_their_names_where_they_pass():
    t = np.linspace(0, 3, 16)
    paths = [[(2 + 2 * s, 4) for s in t], [(8 - 2 * s, 6) for s in t]]
    view, states, frames = clip(paths)
    found = sight(frames, view)
    assert found.x[0] == pytest.approx(states[..., X], abs=2e-3)
    assert found.y[0] == pytest.approx(states[..., Y], abs=2e-3)


def test_discs_of_one_colour_that_touch_are_parted():
    view, states, frames = clip([[(4.4, 5)], [(5.6, 5)]])
    found = sight(frames, view)
    assert found.x[0] == pytest.approx(states[..., X], abs=0.05) and found.present.all()


def test_names_of_one_colour_are_taken_from_the_truth_and_swaps_cost():
    t = np.linspace(0, 3, 16)
    paths = [[(8 - 2 * s, 6) for s in t], [(2 + 2 * s, 4) for s in t]]
    view, states, frames = clip(paths)
    errors = sight_errors(frames, states[None], view)
    assert np.abs(errors.offset).max() < 2e-3 and not errors.missing.any()
    swapped = frames.copy()
    swapped[:, 8:] = swapped[:, 8:][..., ::-1, :]
    assert np.abs(sight_errors(swapped, states[None], view).offset[:, 8:]).max() > 1


def test_what_is_missing_doubled_or_strange_is_missing():
    view = look("red", "blue")
    things = thing(3, 5, 0.8), thing(7, 5, 0.8)
    truth = np.stack(things)[None, None]

    def missing(*shown, other=None):
        frame = picture(other or view, *shown)[None, None]
        return sight_errors(frame, truth, view).missing[0, 0].tolist()

    assert missing(*things) == [False, False]
    assert missing(thing(3, 5, 0.0), things[1]) == [True, False]
    assert missing(thing(3, 5, 0.4), things[1]) == [True, False]
    double = look("red", "blue", "red")
    assert missing(*things, thing(5, 8, 0.8), other=double) == [True, False]
    assert missing(*things, thing(5, 8, 0.8), other=look("red", "blue", "green")) == [True, True]
    nothing = np.full((1, 1, 3, 128, 128), np.nan)
    assert sight_errors(nothing, truth, view).missing.all()


def test_what_is_hidden_cut_faint_or_thin_is_not_judged():
    screen = thing(5, 5, width=2, height=10)
    view = look("red", "grey", shapes=["disc", "box"], scenery=["b"])
    for x, judged in ((2, True), (5, False), (3.6, False), (9.6, False)):
        states = np.stack([thing(x, 5, 0.8), screen])[None, None]
        assert sight_errors(view.frames(states, {}, 64), states, view).judged[0, 0, 0] == judged
    faint = np.stack([thing(5, 5, 0.8, light=0.1)])[None, None]
    thin = np.stack([thing(5, 5, 0.1)])[None, None]
    for states in (faint, thin):
        alone = look("red")
        assert not sight_errors(alone.frames(states, {}, 64), states, alone).judged.any()


def test_shares_of_many_colours_add_up_to_what_was_painted():
    colours = ["red", "blue", "green", "black"]
    view = look(*colours)
    frame = picture(view, *(thing(2 + 2 * k, 5, 0.9) for k in range(4))) / 255
    shares, rest = unmix(frame, colours, "white")
    assert shares.sum(axis=(1, 2)) * (10 / 128) ** 2 == pytest.approx(np.full(4, np.pi * 0.81), rel=2e-3)
    assert rest.max() < 0.01


def test_questions_without_an_answer_are_refused():
    with pytest.raises(UsageError, match="told apart"):
        seen(look("red", "#fe0000"), thing(3, 5, 1), thing(7, 5, 1))
    with pytest.raises(UsageError, match="no frames"):
        sight(np.zeros((3, 8, 9)), look("red"))
    with pytest.raises(UsageError, match="nothing in this scene is tracked"):
        sight(np.zeros((3, 8, 8)), look("red", scenery=["a"]))
