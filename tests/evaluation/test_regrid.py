"""Contexts and forecasts between two grids and steps: exact for waves that both carry, and close for smooth times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.signal import resample

from dynarena import Forecaster
from dynarena.evaluation.batch import Batch
from dynarena.evaluation.regrid import Regrid, _fourier
from dynarena.schema.task import Channel, Task


def task(points: int, dt: float, *, trained: int, trained_dt: float, horizon: int = 6, context: int = 9,
         ends: str = "periodic", axes: int = 1) -> Task:  # fmt: skip
    names = "xy"[:axes]
    facts: dict[str, Any] = {"system": "pde/a", "boundary": [ends] * axes, "lengths": [1.0] * axes}
    facts["training"] = {
        "system": "pde/a", "shape": [1, *[trained] * axes], "dt": trained_dt, "context": 4, "parameters": {},
        "grid": {axis: list(grid(trained, ends)) for axis in names}, "lengths": [1.0] * axes, "boundary": [ends] * axes,
    }  # fmt: skip
    return Task(
        id="t@1/pde/a?shift=s", ask="forecast", answer="values", dims=("field", *names), shape=(1, *[points] * axes),
        channels=(Channel("u"),), dt=dt, context=context, horizon=horizon, mean=(0.0,), std=(1.0,),
        grid={axis: grid(points, ends) for axis in names}, facts=facts,
    )  # fmt: skip


def grid(points: int, ends: str) -> tuple[float, ...]:
    return tuple((np.arange(points) + (0.0 if ends == "periodic" else 0.5)) / points)


def wave(points: int, times: np.ndarray, ends: str = "periodic", axes: int = 1) -> torch.Tensor:
    """A travelling wave of three lengths (of two axes: and across), [1, time, 1, *space]."""
    x = np.array(grid(points, ends))
    phase = x if axes == 1 else x[:, None] + 2 * x[None, :]
    angle = 2 * np.pi * phase[None] - times.reshape(-1, *[1] * axes)
    return torch.from_numpy((np.cos(angle) + 0.3 * np.sin(3 * angle))[None, :, None])


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize(("points", "trained"), [(32, 64), (64, 32), (33, 64), (64, 33), (48, 48)])
def test_waves_that_both_grids_carry_arrive_exactly(points, trained, axes):
    here = task(points, 0.1, trained=trained, trained_dt=0.1, axes=axes)
    between, times = Regrid(here), 0.1 * np.arange(9)
    context = between.context(wave(points, times, axes=axes))
    assert (context - wave(trained, times, axes=axes)).abs().max() < 1e-12
    later = 0.8 + 0.1 * np.arange(1, 7)
    answer = between.answer(wave(trained, later, axes=axes), context)
    assert (answer - wave(points, later, axes=axes)).abs().max() < 1e-12
    assert between.train.shape == (1, *[trained] * axes) and between.train.horizon == here.horizon


@pytest.mark.parametrize(("before", "after"), [(16, 32), (32, 16), (15, 30), (30, 15), (16, 15), (15, 16)])
def test_the_series_is_that_of_scipy(before, after):
    values = np.random.default_rng(0).normal(size=(3, before))
    np.testing.assert_allclose(_fourier(values, after, 1), resample(values, after, axis=1), atol=1e-12)


def test_between_walls_splines_go_through():
    here = task(64, 0.1, trained=40, trained_dt=0.1, ends="reflecting")
    between, times = Regrid(here), 0.1 * np.arange(9)
    apart = between.context(wave(64, times, "reflecting")) - wave(40, times, "reflecting")
    assert apart.abs().max() < 2e-3


@pytest.mark.parametrize(("dt", "trained_dt", "steps"), [(0.2, 0.1, 12), (0.1, 0.2, 3), (0.15, 0.1, 9)])
def test_another_step_is_another_number_of_steps(dt, trained_dt, steps):
    between = Regrid(task(32, dt, trained=32, trained_dt=trained_dt, horizon=6))
    assert between.train.horizon == steps and between.train.dt == trained_dt
    last = 8 * dt
    context = between.context(wave(32, dt * np.arange(9)))
    times = last - trained_dt * np.arange(context.shape[1])[::-1]
    assert times[0] >= -1e-9 and times[0] < trained_dt
    assert (context - wave(32, times)).abs().max() < 5e-3
    path = wave(32, last + trained_dt * np.arange(1, steps + 1))
    answer = between.answer(path, context)
    assert (answer - wave(32, last + dt * np.arange(1, 7))).abs().max() < 5e-3


def test_an_ensemble_is_brought_back_member_by_member():
    between = Regrid(task(32, 0.2, trained=64, trained_dt=0.1, horizon=3))
    context = between.context(wave(32, 0.2 * np.arange(9)))
    path = torch.stack([wave(64, 1.6 + 0.1 * np.arange(1, 7)), wave(64, 2.6 + 0.1 * np.arange(1, 7))])
    answer = between.answer(path, context)
    assert answer.shape == (2, 1, 3, 1, 32)
    assert (answer[0] - between.answer(path[0], context)).abs().max() == 0


class Travelling(Forecaster):
    """Knows the wave; notes the shapes that it is shown."""

    def fit(self, train, task):
        self.fitted = (train.shape[-1], task.dt, task.shape)

    def forecast(self, context, horizon):
        assert context.shape[-1] == self.task.shape[-1]
        times = 1.6 + self.task.dt * np.arange(1, horizon + 1)
        return wave(self.task.shape[-1], times).to(context.dtype)


class AnyGrid(Travelling):
    any_grid = True


@pytest.mark.parametrize(("kind", "shown"), [(Travelling, 64), (AnyGrid, 32)])
def test_a_forecaster_that_was_fitted_is_asked_on_train_s_grid_unless_it_is_at_home_on_any(kind, shown):
    here = task(32, 0.2, trained=64, trained_dt=0.1, horizon=3)
    model = kind()
    model.fit(wave(64, np.arange(5.0)), here.training)
    assert model.fitted == (64, 0.1, (1, 64))
    answer = model.predict(Batch(wave(32, 0.2 * np.arange(9)).float()), here)["values"]
    assert model.task.shape == (1, shown) and answer.shape == (1, 3, 1, 32) and answer.dtype == torch.float32
    assert (answer - wave(32, 1.6 + 0.2 * np.arange(1, 4))).abs().max() < 1e-4


def test_a_task_survives_json_with_its_training():
    here = task(32, 0.2, trained=64, trained_dt=0.1)
    again = Task.from_json(__import__("json").loads(__import__("json").dumps(here.to_json())))
    assert again.training == here.training and again.training.training == again.training
