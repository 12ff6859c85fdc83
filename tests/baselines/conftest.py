"""Small worlds whose truth is known, and the baselines loaded by path, as the harness loads them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from dynarena import Batch, Model, Task
from dynarena.schema.task import Channel

FOLDER = Path(__file__).parents[2] / "baselines"


@dataclass(frozen=True)
class World:
    """A task with its train split and its test trajectories (context and truth in one), float64."""

    task: Task
    train: Tensor
    test: Tensor

    @property
    def context(self) -> Tensor:
        return self.test[:, : self.task.context]

    @property
    def truth(self) -> Tensor:
        return self.test[:, self.task.context :]


@cache
def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"baseline_{name}", FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def model_class(name: str) -> type[Model]:
    module = load(name)
    (found,) = (
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Model) and thing.__module__ == module.__name__
    )
    return found


def make_task(train: Tensor, context: int, horizon: int, dims: tuple[str, ...], dt: float, **facts: Any) -> Task:
    channels = train.transpose(0, 2).flatten(1)
    names = tuple(Channel(f"u{index}") for index in range(len(channels)))
    return Task(
        id="made/up",
        ask="forecast",
        answer="values",
        dims=dims,
        shape=tuple(train.shape[2:]),
        channels=names,
        dt=dt,
        context=context,
        horizon=horizon,
        mean=tuple(channels.mean(1).tolist()),
        std=tuple(channels.std(1, correction=0).tolist()),
        facts=facts,
    )


def lorenz(n: int, points: int, dt: float = 0.037) -> Tensor:
    """[n, points, 3] on the attractor, by classical Runge-Kutta."""

    def rate(u: Tensor) -> Tensor:
        x, y, z = u.unbind(-1)
        return torch.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z], dim=-1)

    def step(u: Tensor, h: float) -> Tensor:
        a = rate(u)
        b = rate(u + h / 2 * a)
        c = rate(u + h / 2 * b)
        d = rate(u + h * c)
        return u + h / 6 * (a + 2 * b + 2 * c + d)

    u = torch.randn(n, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(5)) + torch.tensor([0, 0, 25.0])
    path = []
    for point in range(-200, points):
        for _ in range(4):
            u = step(u, dt / 4)
        if point >= 0:
            path.append(u)
    return torch.stack(path, dim=1)


def wave(n: int, points: int, size: int = 32) -> Tensor:
    """[n, points, 1, size]: sums of three waves that move right by one grid point a step."""
    random = torch.Generator().manual_seed(6)
    x = torch.arange(size, dtype=torch.float64)
    amplitude = 0.5 + torch.rand(n, 3, 1, dtype=torch.float64, generator=random)
    phase = torch.rand(n, 3, 1, dtype=torch.float64, generator=random) * 2 * torch.pi
    k = torch.arange(1, 4, dtype=torch.float64)[:, None]
    start = (amplitude * torch.sin(2 * torch.pi * k * x / size + phase)).sum(1)
    return torch.stack([start.roll(shift, -1) for shift in range(points)], dim=1)[:, :, None]


def plane_wave(n: int, points: int, size: int = 16) -> Tensor:
    """[n, points, 1, size, size]: a product of waves that moves along the diagonal."""
    line = wave(2 * n, points, size)[:, 0, 0]
    start = line[:n, :, None] * line[n:, None, :]
    return torch.stack([start.roll((shift, shift), (-2, -1)) for shift in range(points)], dim=1)[:, :, None]


def ball(n: int, points: int, size: int = 16) -> Tensor:
    """[n, points, 3, size, size]: a dark soft ball that crosses a white frame."""
    random = torch.Generator().manual_seed(7)
    place = 4 + 3 * torch.rand(n, 1, 2, dtype=torch.float64, generator=random)
    speed = 0.2 + 0.5 * torch.rand(n, 1, 2, dtype=torch.float64, generator=random)
    centre = place + speed * torch.arange(points, dtype=torch.float64)[:, None]
    pixel = torch.arange(size, dtype=torch.float64) + 0.5
    y, x = torch.meshgrid(pixel, pixel, indexing="ij")
    distance = torch.hypot(x - centre[..., 0, None, None], y - centre[..., 1, None, None])
    dark = torch.sigmoid(2 * (2.5 - distance))
    return torch.stack([1 - 0.8 * dark, 1 - dark, 1 - 0.5 * dark], dim=2)


def world(data: Tensor, n_train: int, context: int, horizon: int, dims: tuple[str, ...], dt: float = 1.0) -> World:
    train, test = data[:n_train], data[n_train:, : context + horizon]
    return World(make_task(train, context, horizon, dims, dt), train, test)


@cache
def the_worlds() -> dict[str, World]:
    return {
        "points": world(lorenz(9, 400), 5, 20, 60, ("component",), 0.037),
        "field": world(wave(12, 24), 8, 5, 12, ("field", "x")),
        "plane": world(plane_wave(9, 14), 6, 4, 8, ("field", "x", "y")),
        "frames": world(ball(12, 12), 8, 4, 8, ("channel", "y", "x")),
    }


def fitted(model: Model, place: World) -> Model:
    torch.manual_seed(place.task.seed)
    model.task = place.task  # type: ignore[attr-defined]
    model.fit(place.train.to(model.dtype), place.task)  # type: ignore[arg-type, call-arg]
    return model


def ask(model: Model, place: World, rows: slice | list[int] = slice(None)) -> Tensor:
    values = model.predict(Batch(values=place.context[rows].to(model.dtype)), place.task)["values"]
    assert isinstance(values, Tensor)
    return values


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small tensors are slower on many threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def worlds() -> dict[str, World]:
    """A point, a field, a field of two axes and a video."""
    return the_worlds()


@pytest.fixture(scope="session")
def build() -> Callable[..., Model]:
    """build(name, **settings): a new model of that baseline."""
    return lambda name, **settings: model_class(name)(**settings)


@pytest.fixture(scope="session")
def fit_ask() -> Callable[[Model, World], Tensor]:
    """Fit on a world's train split, seeded as the harness does, and forecast its tests."""
    return lambda model, place: ask(fitted(model, place), place)


@pytest.fixture(scope="session")
def tools() -> ModuleType:
    """This module: load, fitted, ask, world, make_task and the builders of data."""
    return sys.modules[__name__]
