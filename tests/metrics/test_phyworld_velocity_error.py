"""phyworld_velocity_error: its published floor under its own renderer, that it telescopes, and that it never ranks."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from test_pair_contacts import colliding
from video_builders import clip_task, forecast_of, truth_of

from dynarena.engines.render import render

PHYWORLD = module("phyworld_velocity_error")


def moving(count=16, points=16):
    """One disc at the published speeds and radii, wholly in view."""
    random = np.random.default_rng(3)
    states = np.zeros((count, points, 1, 6))
    speed, radius = random.uniform(1, 4, count), random.uniform(0.7, 1.4, count)
    states[..., 0, 0] = 1.5 + speed[:, None] * 0.1 * np.arange(points)
    states[..., 0, 1] = 5
    states[..., 0, 2] = speed[:, None]
    states[..., 0, 4], states[..., 0, 5] = radius[:, None], radius[:, None] ** 2
    return states


def published(states, size):
    """The original pictures: pixel i at i / (size - 1), share clip((R² - d²) / 0.03 R², 0, 1), cut to bytes."""
    line = np.linspace(0, 1, size) * 10
    frames = np.full((*states.shape[:2], 3, size, size), 255, np.uint8)
    for n, t in np.ndindex(*states.shape[:2]):
        x, y, radius = states[n, t, 0, [0, 1, 4]]
        apart = (line[None] - x) ** 2 + (line[::-1, None] - y) ** 2
        share = np.clip((radius**2 - apart) / (0.03 * radius**2), 0, 1)
        frames[n, t] = ((1 - share) * 255 + share * np.array([255, 0, 0])[:, None, None]).astype(np.uint8)
    return frames


def score(frames, states, size, colours=("red",)):
    colours = list(colours)
    return PHYWORLD.metric(forecast_of(frames), truth_of(states, size, colours), clip_task(size, colours=colours))


def test_the_published_floor_is_that_of_a_grid_read_one_pixel_short():
    """Read low by v / W: 0.0204 at 128 pixels for speeds of 1 to 4, as measured of the original."""
    states = moving()
    value = score(published(states[:, 4:], 128), states, 128)
    assert value.mean() == pytest.approx(states[:, 0, 0, 2].mean() / 128, abs=3e-3)
    assert score(render(states[:, 4:], 128, ["red"]), states, 128).mean() < value.mean()


def test_a_path_that_jitters_by_a_tenth_of_the_world_telescopes_to_nothing():
    states = moving(4)
    shaken = states[:, 4:].copy()
    shaken[:, 1:-1:2, 0, 0] += 1.0
    assert score(render(shaken, 128, ["red"]), states, 128).mean() < 0.02
    assert PHYWORLD.perfect is None


def test_before_and_after_a_collision_are_taken_apart():
    states = colliding()
    assert score(render(states[:, 4:], 128, ["red", "blue"]), states, 128, ("red", "blue")).mean() < 0.2
    still = np.repeat(states[:, 3:4], 12, axis=1)
    speed = np.abs(states[:, 4:, :, 2])
    value = score(render(still, 128, ["red", "blue"]), states, 128, ("red", "blue"))
    assert value == pytest.approx((speed[:, 0] + speed[:, -1]).mean(axis=1) / 2, rel=0.05)
