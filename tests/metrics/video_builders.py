"""Small clips of discs, as truth and as forecasts, and the ways to cheat on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dynarena.engines.discs_motion import fly
from dynarena.engines.render import render
from dynarena.schema.task import Channel, Task

COLOURS = ["red", "blue"]
GRAVITY = 2.5
AXES = ("trajectory", "time", "channel", "y", "x")


def clip_task(resolution: int = 64, horizon: int = 12, colours: list[str] | None = None) -> Task:
    return Task(
        id="test@1.0/video/synthetic",
        ask="forecast",
        answer="values",
        dims=("channel", "y", "x"),
        shape=(3, resolution, resolution),
        channels=tuple(Channel(name) for name in ("red", "green", "blue")),
        dt=0.1,
        context=4,
        horizon=horizon,
        mean=(0.9, 0.9, 0.9),
        std=(0.2, 0.2, 0.2),
        facts={"colours": colours or COLOURS, "world": 10, "timescale": 4.0},
    )


def thrown(count: int = 8, *, points: int = 16, gravity: float = GRAVITY, seed: int = 2) -> np.ndarray:
    """Two discs thrown in the upper half, [trajectory, time, object, component]; fully in view throughout."""
    random = np.random.default_rng(seed)
    start = np.zeros((count, 2, 6))
    start[..., 0] = [1.2, 6.2] + random.uniform(0, 0.5, (count, 2))
    start[..., 1] = random.uniform(7, 8.4, (count, 2))
    start[..., 2] = random.uniform(0.5, 1.2, (count, 2))
    start[..., 4] = random.uniform(0.5, 1.0, (count, 2))
    start[..., 5] = start[..., 4] ** 2
    return fly(start, np.full(count, gravity), np.ones(count), 0.1, points, world=10.0, walls=False)


def truth_of(states: np.ndarray, resolution: int = 64, colours: list[str] | None = None) -> xr.Dataset:
    """The horizon of states that begin with four points of context."""
    future = states[:, 4:]
    frames = render(future, resolution, colours or COLOURS)
    return xr.Dataset(
        {"frames": (AXES, frames), "state": (("trajectory", "time", "object", "component"), future)},
        coords={"time": 0.1 * np.arange(1, future.shape[1] + 1)},
    )


def forecast_of(frames: np.ndarray) -> xr.Dataset:
    """Frames [(sample,) trajectory, time, channel, y, x]: bytes become floats in [0, 1]."""
    light = (frames / 255 if frames.dtype == np.uint8 else frames).astype(np.float32)
    return xr.Dataset({"frames": (("sample",) * (light.ndim - 5) + AXES, light)})


def cheats(states: np.ndarray, resolution: int = 64) -> dict[str, np.ndarray]:
    """Frames [trajectory, time, channel, y, x] of clips that are worse than the truth, by name."""
    random = np.random.default_rng(9)
    future, last = states[:, 4:], states[:, 3:4]
    frozen = np.repeat(last, future.shape[1], axis=1)
    jittered, teleported, wrong = future.copy(), future.copy(), future.copy()
    jittered[..., :2] += random.normal(0, 0.1, jittered[..., :2].shape)
    teleported[:, 6:, :, 1] -= 2.0
    wrong[..., 1] += 0.25 * GRAVITY * ((0.1 * np.arange(1, future.shape[1] + 1)) ** 2)[:, None]
    clips = {"frozen": frozen, "jittered": jittered, "teleporting": teleported, "wrong gravity": wrong}
    clips["time reversed"] = future[:, ::-1]
    clips["shifted"] = future + np.array([0.3, 0, 0, 0, 0, 0])
    frames = {name: render(clip, resolution, COLOURS) for name, clip in clips.items()}
    true = render(future, resolution, COLOURS)
    frames["vanishing"] = np.where(np.arange(future.shape[1])[:, None, None, None] < 6, true, np.uint8(255))
    frames["doubled"] = np.minimum(true, np.roll(true, resolution // 2, axis=-2))
    frames["swapped colours"] = true[:, :, ::-1]
    frames["a stranger joins"] = np.minimum(true, _stranger(resolution))
    return frames


def _stranger(resolution: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A green disc in the lower left corner."""
    return render(np.array([[1.5, 1.5, 0, 0, 1.2, 1]]), resolution, ["green"])
