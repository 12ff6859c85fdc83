"""How fast scenes are drawn and measured: two discs a frame at 128 x 128."""

from __future__ import annotations

import time

import numpy as np

from dynarena.engines.film.components import COMPONENTS, LIGHT, RADIUS
from dynarena.engines.film.look import Look
from dynarena.engines.film.sight import sight

CLIPS, POINTS = 20, 32
LOOK = Look(("a", "b"), ("red", "blue"), ("disc", "disc"))


def states():
    random = np.random.default_rng(0)
    out = np.zeros((CLIPS, POINTS, 2, len(COMPONENTS)))
    out[..., :2] = random.uniform(2, 8, (CLIPS, POINTS, 2, 2))
    out[..., RADIUS], out[..., LIGHT] = random.uniform(0.5, 1.5, (CLIPS, 1, 2)), 1.0
    return out


def test_ten_thousand_frames_take_less_than_a_cpu_second():
    scenes = states()
    LOOK.frames(scenes, {}, 128)
    seconds = []
    for _ in range(5):
        begun = time.process_time()
        for clip in scenes:
            LOOK.frames(clip[None], {}, 128)
        seconds.append(time.process_time() - begun)
    assert CLIPS * POINTS / min(seconds) > 10_000


def test_drawing(benchmark):
    scenes = states()
    benchmark.extra_info["frames"] = CLIPS * POINTS
    benchmark(LOOK.frames, scenes, {}, 128)


def test_measuring(benchmark):
    frames = LOOK.frames(states()[:4], {}, 128)
    benchmark.extra_info["frames"] = 4 * POINTS
    benchmark(sight, frames, LOOK)
