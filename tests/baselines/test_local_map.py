"""One law for a point and its neighbours, learned from two systems; a third is known from its context alone."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from dynarena import Batch, Task
from dynarena.schema.task import Channel

POINTS = 48


def decaying_wave(count: int, points: int, speed: float, rate: float, seed: int) -> Tensor:
    """Three waves that move and fade, [sample, time, 1, x]: u_t + c u_x = d u_xx, exactly."""
    random = torch.Generator().manual_seed(seed)
    k, x = torch.arange(1, 4, dtype=torch.float64), torch.arange(POINTS, dtype=torch.float64) / POINTS
    amplitude, phase = (torch.rand(count, 1, 3, 1, dtype=torch.float64, generator=random) for _ in range(2))
    t = torch.arange(points, dtype=torch.float64)[:, None, None]
    angle = 2 * math.pi * k[:, None] * (x - speed * t) + 6.28 * phase
    return ((0.5 + amplitude) * torch.exp(-rate * k[:, None] ** 2 * t) * torch.cos(angle)).sum(2)[:, :, None]


def task_of(name: str, train: Tensor) -> Task:
    return Task(
        id=f"b@1/pde/{name}", ask="forecast", answer="values", dims=("field", "x"), shape=(1, POINTS),
        channels=(Channel("u"),), dt=1.0, context=10, horizon=15, mean=(float(train.mean()),),
        std=(float(train.std()),), facts={"boundary": ["periodic"]},
    )  # fmt: skip


class Stored:
    def __init__(self, values: Tensor) -> None:
        self.values = values

    def tensor(self) -> Tensor:
        return self.values


LAWS = {"slow": (0.003, 0.002), "fast": (-0.006, 0.004), "other": (0.005, 0.003)}


@pytest.fixture(scope="module")
def model(tools):
    found = tools.model_class("local_map")()
    train = {}
    for seed, name in enumerate(("slow", "fast")):
        states = decaying_wave(6, 30, *LAWS[name], seed)
        train[name] = (task_of(name, states), Stored(states))
    found.fit_tasks(train)
    return found


@pytest.mark.parametrize("name", LAWS)
def test_seen_and_unseen_laws_are_continued_from_their_context(name, model) -> None:
    states = decaying_wave(4, 25, *LAWS[name], 9)
    task = task_of(name, states)
    found = model.predict(Batch(states[:, :10]), task)["values"]
    truth = states[:, 10:]
    still = (states[:, 9:10] - truth).square().mean()
    assert found.shape == truth.shape and (found - truth).square().mean() < 0.01 * still


def test_a_trajectory_is_forecast_from_its_own_context_alone(model) -> None:
    states = decaying_wave(4, 25, *LAWS["other"], 9)
    task = task_of("other", states)
    whole = model.predict(Batch(states[:, :10]), task)["values"]
    alone = model.predict(Batch(states[2:3, :10]), task)["values"]
    assert (alone - whole[2:3]).abs().max() < 1e-9


def test_a_single_state_and_other_fields_than_the_family_s_give_finite_answers(model) -> None:
    states = decaying_wave(2, 25, *LAWS["slow"], 9)
    assert model.predict(Batch(states[:, :1]), task_of("slow", states))["values"].isfinite().all()
    two = torch.cat([states, states.roll(5, -1)], dim=2)
    task = task_of("two", two)
    wider = Task(**{**vars(task), "shape": (2, POINTS), "channels": (Channel("u"), Channel("v")),
                    "mean": (0.0, 0.0), "std": (1.0, 1.0)})  # fmt: skip
    assert model.predict(Batch(two[:, :10]), wider)["values"].isfinite().all()
