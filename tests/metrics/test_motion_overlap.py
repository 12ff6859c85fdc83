"""spatial_iou, spatiotemporal_iou, weighted_spatial_iou, physics_iq, frame_mse: by sets, by loops, against cheats."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from scipy.ndimage import binary_closing, binary_opening, convolve
from video_builders import cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.motion_masks import motion_masks
from dynarena.engines.render import render

OVERLAPS = ("spatial_iou", "spatiotemporal_iou", "weighted_spatial_iou", "physics_iq")


def score(name, frames, states, resolution=64):
    return module(name).metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution))


def drawn(states, resolution=64):
    return render(states[:, 4:], resolution, ["red", "blue"])


def published_masks(clip):
    """The recipe, frame by frame, with a full two-dimensional kernel."""
    line = np.exp(-0.5 * (np.arange(-2, 3) / 1.1) ** 2)
    kernel = np.outer(line, line) / np.outer(line, line).sum()
    grey = [convolve(np.tensordot([0.299, 0.587, 0.114], 1.0 * frame, 1), kernel, mode="mirror") for frame in clip]
    mean, masks = grey[0], [np.zeros(grey[0].shape, bool)]
    for frame in grey[1:]:
        mean = 0.7 * mean + 0.3 * frame
        moving = binary_opening(np.abs(frame - mean) > 10, np.ones((5, 5)))
        masks.append(binary_closing(moving, np.ones((5, 5))))
    return np.array(masks)


def test_masks_agree_with_the_recipe_frame_by_frame_and_need_no_dtype():
    frames = drawn(thrown(2))
    masks = motion_masks(frames)
    assert not masks[:, 0].any() and masks[:, 3:].any(axis=(2, 3)).all()
    for clip, mask in zip(frames, masks, strict=True):
        assert (published_masks(clip) == mask).all()
    assert (motion_masks(frames / 255.0) == masks).mean() > 0.999


@pytest.mark.parametrize("name", OVERLAPS)
def test_the_true_clip_scores_one(name):
    states = thrown()
    assert (score(name, drawn(states), states) > 1 - 1e-6).all()


def test_overlaps_agree_with_sets():
    states, other = thrown(3), thrown(3, seed=5)
    seen, true = motion_masks(drawn(other)), motion_masks(drawn(states))
    frames = drawn(other)
    for n in range(3):
        each = [set(map(tuple, np.argwhere(mask[n]))) for mask in (seen, true)]
        place = [{pixel[1:] for pixel in one} for one in each]
        share = len(place[0] & place[1]) / len(place[0] | place[1])
        assert score("spatial_iou", frames, states)[n] == pytest.approx(share)
        a, b = seen[n].mean(axis=0), true[n].mean(axis=0)
        assert score("weighted_spatial_iou", frames, states)[n] == pytest.approx(
            np.minimum(a, b).sum() / np.maximum(a, b).sum()
        )
        for t in (0, 5):
            both, either = (seen[n, t] & true[n, t]).sum(), (seen[n, t] | true[n, t]).sum()
            value = score("spatiotemporal_iou", frames, states)[n, t]
            assert value == pytest.approx(both / either if either else 1.0)


def test_the_score_is_the_mean_of_the_three_less_the_error():
    states = thrown(3)
    frames = drawn(thrown(3, seed=5))
    parts = [score(name, frames, states) for name in OVERLAPS[:3]]
    parts[1] = parts[1].mean(axis=1)
    expected = np.mean(parts, axis=0) - score("frame_mse", frames, states).mean(axis=1)
    assert score("physics_iq", frames, states) == pytest.approx(expected)


def test_places_alone_do_not_know_the_order_of_time_so_they_never_rank():
    states = thrown()
    backwards = drawn(states)[:, ::-1]
    assert score("spatial_iou", backwards, states).mean() > 0.8
    assert score("spatiotemporal_iou", backwards, states).mean() < 0.5
    assert all(module(name).perfect is None for name in ("spatial_iou", "weighted_spatial_iou"))


@pytest.mark.parametrize("name", ["spatiotemporal_iou", "physics_iq"])
def test_the_true_clip_beats_every_cheat(name):
    states = thrown()
    for cheat, frames in cheats(states).items():
        if cheat == "a stranger joins":  # it rests, so no mask of motion sees it
            continue
        assert score(name, frames, states).mean() < 0.95, cheat


def test_squared_error_of_a_white_clip_by_a_loop():
    states = thrown(2)
    value = score("frame_mse", np.full((2, 12, 3, 64, 64), 255, np.uint8), states)
    for n in range(2):
        assert value[n, 3] == pytest.approx(((1 - drawn(states)[n, 3] / 255) ** 2).mean(), rel=1e-6)


@pytest.mark.parametrize("name", OVERLAPS)
def test_samples_are_averaged(name):
    states = thrown(3)
    future = drawn(states)
    white = np.full_like(future, 255)
    alone = [score(name, frames, states) for frames in (future, white)]
    assert score(name, np.stack([future, white]), states) == pytest.approx(np.mean(alone, axis=0))
