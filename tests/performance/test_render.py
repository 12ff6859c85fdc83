"""How fast pictures are drawn: two discs a frame at 128 x 128."""

from __future__ import annotations

import time

import numpy as np

from dynarena.engines.render import render

CLIPS, POINTS = 20, 32


def states(clips=CLIPS):
    random = np.random.default_rng(0)
    out = np.zeros((clips, POINTS, 2, 6))
    out[..., :2] = random.uniform(2, 8, (clips, POINTS, 2, 2))
    out[..., 4] = random.uniform(0.5, 1.5, (clips, 1, 2))
    return out


def draw(scenes):
    """Clip by clip, as a data set is built."""
    for clip in scenes:
        render(clip, 128, ["red", "blue"])


def test_ten_thousand_frames_take_less_than_a_cpu_second():
    scenes = states()
    draw(scenes)
    seconds = []
    for _ in range(5):
        begun = time.process_time()
        draw(scenes)
        seconds.append(time.process_time() - begun)
    assert CLIPS * POINTS / min(seconds) > 10_000


def test_rendering(benchmark):
    scenes = states()
    benchmark.extra_info["frames"] = CLIPS * POINTS
    benchmark(draw, scenes)
