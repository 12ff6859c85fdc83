"""constant_velocity: exact where motion is uniform, wrong by g t^2 / 2 where it is not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from dynarena.engines.discs_motion import fly
from dynarena.engines.render import render
from dynarena.engines.track import track
from dynarena.evaluation.batch import Batch
from dynarena.schema.task import Channel, Task

FILE = Path(__file__).resolve().parents[2] / "baselines" / "constant_velocity.py"
COLOURS = ["red", "blue"]


@pytest.fixture(scope="module")
def model():
    spec = importlib.util.spec_from_file_location("constant_velocity_under_test", FILE)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded.ConstantVelocity()


def task_of(resolution):
    channels = tuple(Channel(name) for name in ("red", "green", "blue"))
    return Task(
        id="test@1.0/video/synthetic", ask="forecast", answer="values", dims=("channel", "y", "x"),
        shape=(3, resolution, resolution), channels=channels, dt=0.1, context=4, horizon=12, mean=(0.9,) * 3,
        std=(0.2,) * 3, facts={"colours": COLOURS, "world": 10, "timescale": 4.0},
    )  # fmt: skip


def thrown(gravity, count=5):
    random = np.random.default_rng(0)
    start = np.zeros((count, 2, 6))
    start[..., 0] = [1.5, 6.0] + random.uniform(0, 0.5, (count, 2))
    start[..., 1] = random.uniform(6.5, 8.0, (count, 2))
    start[..., 2] = random.uniform(0.5, 1.2, (count, 2))
    start[..., 4], start[..., 5] = random.uniform(0.6, 1.2, (count, 2)), 1
    return fly(start, np.full(count, gravity), np.ones(count), 0.1, 16, world=10.0, walls=False)


def forecast(model, states, resolution=64):
    context = torch.from_numpy(render(states[:, :4], resolution, COLOURS) / np.float32(255))
    return model.predict(Batch(context), task_of(resolution))["values"]


def test_uniform_motion_is_foretold_in_the_shape_and_type_asked_for(model):
    states = thrown(0.0)
    frames = forecast(model, states)
    assert frames.shape == (5, 12, 3, 64, 64) and frames.dtype == torch.float32
    assert float(frames.min()) >= 0 and float(frames.max()) <= 1
    seen = track(frames.numpy(), COLOURS)
    assert seen.x == pytest.approx(states[:, 4:, :, 0], abs=0.02)
    assert seen.y == pytest.approx(states[:, 4:, :, 1], abs=0.02)
    assert seen.radius == pytest.approx(states[:, 4:, :, 4], abs=0.01)


def test_a_fall_is_missed_by_the_curvature_it_does_not_know(model):
    """The line through t = -0.3 … 0 of y = -g t^2 / 2: intercept g dt^2 / 2 and slope 3 g dt / 2 at the last frame."""
    g, dt = 2.5, 0.1
    states = thrown(g)
    seen = track(forecast(model, states, 128).numpy(), COLOURS)
    t = dt * np.arange(1, 13)
    past = dt * np.arange(-3, 1)
    slope, intercept = np.polyfit(past, -0.5 * g * past**2, 1)
    expected = intercept + slope * t + 0.5 * g * t**2
    assert seen.y - states[:, 4:, :, 1] == pytest.approx(np.broadcast_to(expected[:, None], seen.y.shape), abs=5e-3)


def test_a_forecast_depends_on_its_own_context_alone(model):
    states = thrown(0.0)
    together = forecast(model, states)
    assert torch.equal(forecast(model, states[2:3])[0], together[2])
    assert torch.equal(forecast(model, states), together)


def test_an_object_that_is_never_seen_is_not_drawn(model):
    states = thrown(0.0)
    states[:, :, 1, 4] = 0
    frames = forecast(model, states).numpy()
    assert track(frames, COLOURS).present[..., 0].all()
    assert not track(frames, COLOURS).present[..., 1].any()
