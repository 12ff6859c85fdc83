"""Pictures of outlines: areas, centroids, order, bytes, and the differentiable twin."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from film_builders import look, picture, thing

from dynarena.engines.film import paint_torch
from dynarena.engines.film.components import LIGHT
from dynarena.engines.film.outlines import SHAPES, area, centroid, outlines
from dynarena.engines.film.paint import paint
from dynarena.engines.render import render
from dynarena.errors import UnknownName, UsageError

EDGED = [shape for shape in SHAPES if shape != "blob"]


def one(shape, angle=0.0, x=5.03, y=4.91):
    return thing(x, y, 1.1, angle=angle, width=3.0, height=1.3)


def ink(frame):
    """How much of each pixel is black, and the world's coordinates of pixel centres."""
    size = frame.shape[-1]
    centres = (np.arange(size) + 0.5) * 10 / size
    return 1 - frame[0] / 255, centres, centres[::-1]


@pytest.mark.parametrize("shape", EDGED)
@pytest.mark.parametrize("angle", [0.0, 0.4, 1.9])
def test_area_and_centroid_are_those_of_geometry(shape, angle):
    state = one(shape, angle)
    share, x, y = ink(picture(look("black", shapes=[shape]), state))
    assert share.sum() * (10 / 128) ** 2 == pytest.approx(area(state, shape), rel=5e-4)
    across, up = (share.sum(0) @ x) / share.sum(), (share.sum(1) @ y) / share.sum()
    pixel = 10 / 128
    assert np.hypot(across - centroid(state, shape)[0], up - centroid(state, shape)[1]) < 0.02 * pixel


@pytest.mark.parametrize("shape", EDGED)
def test_each_pixel_is_the_mean_of_sixteen_times_finer_ones(shape):
    state, view = one(shape, 0.7), look("black", shapes=[shape])
    coarse, fine = picture(view, state, resolution=32), picture(view, state, resolution=512)
    mean = fine.reshape(3, 32, 16, 32, 16).mean(axis=(2, 4))
    assert np.abs(coarse - mean).max() < 1.25


def test_the_area_of_a_polygon_is_that_of_a_second_computation():
    """Green's theorem on the corners of a hexagon, against the table of shares."""
    state = one("hexagon", 0.3)
    row = outlines(state[None, None], ["hexagon"], 100, 10.0)[0, 0]
    corners = row[2 : 2 + 12].reshape(6, 2)
    x, y = corners.T
    green = 0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1))
    assert green * 0.01 == pytest.approx(area(state, "hexagon"), rel=1e-12)


def test_discs_look_as_the_older_renderer_draws_them():
    random = np.random.default_rng(0)
    states = np.stack(
        [[thing(*random.uniform(2, 8, 2), random.uniform(0.5, 1.5)) for _ in range(2)] for _ in range(20)]
    )
    ours = look("red", "blue").frames(states[None], {}, 64)[0].astype(int)
    theirs = render(states, 64, ["red", "blue"]).astype(int)
    assert np.abs(ours - theirs).max() <= 10, "at a disc's very top and bottom, where that one samples"
    assert (np.abs(ours - theirs) > 2).mean() < 2e-3


def test_the_last_object_is_in_front_and_opacity_mixes():
    view = look("red", "blue", shapes=["box", "box"])
    back, front = thing(5, 5, width=4, height=4), thing(5, 5, width=2, height=2, light=0.25)
    frame = picture(view, back, front, resolution=20)
    assert frame[:, 10, 10].tolist() == [191, 0, 64]
    assert frame[:, 10, 7].tolist() == [255, 0, 0]
    assert frame[:, 0, 0].tolist() == [255, 255, 255]
    assert picture(look("red", background="black"), thing(5, 5, 1))[:, 0, 0].tolist() == [0, 0, 0]


def test_what_has_no_size_or_lies_outside_is_not_drawn():
    for state in (thing(5, 5, 0.0), thing(30, 5, 1.0), thing(-3, -3, 1.0)):
        assert (picture(look("red"), state) == 255).all()
    assert (picture(look("red", shapes=["box"]), thing(5, 5, width=2, height=0)) == 255).all()


def test_frames_do_not_depend_on_batch_and_the_bytes_are_pinned():
    states = np.stack([[one("box", 0.1 * k, 3 + k / 7, 4), thing(7 - k / 9, 6, 0.9)] for k in range(16)])
    view = look("red", "blue", shapes=["box", "disc"])
    whole = view.frames(states[None], {}, 64)[0]
    assert np.array_equal(view.frames(states[None, 5:6], {}, 64)[0], whole[5:6])
    assert hashlib.sha256(whole.tobytes()).hexdigest() == PINNED


PINNED = "f9c0b164b300b40e39607fe12765e0ce949a82c35716663a30c26eebc7d088b5"


def test_a_blob_is_a_gaussian_whose_amount_is_known():
    state = thing(5, 5, 0.6)
    share, x, y = ink(picture(look("black", shapes=["blob"]), state))
    assert share.sum() * (10 / 128) ** 2 == pytest.approx(area(state, "blob"), rel=2e-3)
    peak = np.exp(-0.5 * ((x[None] - 5) ** 2 + (y[:, None] - 5) ** 2) / 0.36)
    assert np.abs(share - peak).max() < 3e-3


@pytest.mark.parametrize("shape", SHAPES)
def test_the_twin_in_torch_shows_the_same(shape):
    states = np.stack([[one(shape, 0.3 + k, 4 + 0.37 * k, 5.2), thing(6, 5, 0.8, light=0.5)] for k in range(3)])
    rows = outlines(states, [shape, "disc"], 48, 10.0)
    colours = np.zeros((3, 2, 4))
    colours[:, 0, 0], colours[:, 1, 2], colours[..., 3] = 1.0, 1.0, states[..., LIGHT]
    theirs = paint(rows, colours, np.ones(3), 48)
    ours = paint_torch.paint(*(torch.from_numpy(a) for a in (rows, colours, np.ones(3))), 48)
    assert np.array_equal(np.floor(255 * ours.numpy() + 0.5), theirs.astype(float)) or (
        np.abs(255 * ours.numpy() - theirs).max() < 0.5 + 1e-9
    )


@pytest.mark.parametrize("shape", ["disc", "box", "rod", "wedge", "blob"])
def test_the_gradient_of_the_centroid_by_the_place_is_one(shape):
    rows = torch.from_numpy(outlines(one(shape, 0.4)[None, None], [shape], 48, 10.0)).requires_grad_()
    colours = torch.tensor([[[0.0, 0.0, 0.0, 1.0]]], dtype=torch.float64)
    share = 1 - paint_torch.paint(rows, colours, torch.ones(3, dtype=torch.float64), 48)[0, 0]
    centre = (share.sum(0) @ (torch.arange(48, dtype=torch.float64) + 0.5)) / share.sum()
    slope = torch.autograd.grad(centre, rows)[0][0, 0]
    assert slope[2::2].sum().item() == pytest.approx(1.0, abs=2e-2), "all points moved along x together"
    assert slope[3::2].sum().item() == pytest.approx(0.0, abs=2e-2)


def test_the_gradient_agrees_with_differences():
    rows = outlines(one("disc")[None, None], ["disc"], 32, 10.0)
    weights = torch.from_numpy(np.random.default_rng(0).random((3, 32, 32)))
    colours = torch.tensor([[[0.2, 0.5, 0.9, 0.7]]], dtype=torch.float64)

    def total(values):
        return (paint_torch.paint(values, colours, torch.ones(3, dtype=torch.float64), 32)[0] * weights).sum()

    here = torch.from_numpy(rows).requires_grad_()
    slope = torch.autograd.grad(total(here), here)[0][0, 0].numpy()
    for column in (1, 2, 3):
        nudge = np.zeros_like(rows)
        nudge[..., column] = 1e-6
        difference = (total(torch.from_numpy(rows + nudge)) - total(torch.from_numpy(rows - nudge))).item() / 2e-6
        assert slope[column] == pytest.approx(difference, rel=1e-3, abs=1e-3)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(UsageError, match="not finite"):
        picture(look("red"), thing(np.nan, 5, 1))
    with pytest.raises(UsageError, match="needs pixels"):
        picture(look("red"), thing(5, 5, 1), resolution=0)
    with pytest.raises(UnknownName, match="Did you mean 'wedge'"):
        picture(look("red", shapes=["wege"]), thing(5, 5, 1))
