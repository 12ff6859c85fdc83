"""Reconstructions of known fields: exact at sensors, exact within the span of the modes, right across seams."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from dynarena import Batch, Task
from dynarena.schema.task import Channel

NAMES = ["mean_field", "nearest_sensor", "inverse_distance", "rbf_interpolation", "gappy_pod"]
SHAPES = [(48,), (14, 10)]


def axis(points: int) -> Tensor:
    return torch.arange(points, dtype=torch.float64) / points


def fields(count: int, shape: tuple[int, ...], seed: int) -> Tensor:
    """Sums of a few periodic waves, [sample, 1, *space]."""
    random = torch.Generator().manual_seed(seed)
    x = torch.meshgrid(*map(axis, shape), indexing="ij")
    modes = [(1, 0), (0, 1), (1, 1), (2, 0)] if len(shape) == 2 else [(1,), (2,), (3,)]
    waves = [
        wave(2 * math.pi * sum(k * along for k, along in zip(mode, x, strict=True)))
        for mode in modes
        for wave in (torch.sin, torch.cos)
    ]
    weights = torch.randn(count, len(waves), dtype=torch.float64, generator=random)
    return 3 + torch.tensordot(weights, torch.stack(waves), dims=1)[:, None]


def asked(shape: tuple[int, ...], share: float = 0.3, batch: int = 5) -> tuple[Task, Tensor, Batch, Tensor]:
    """A task, its train, a question and its truth."""
    train, truth = fields(60, shape, 1)[:, None], fields(batch, shape, 2)
    task = Task(
        id="b@1/pde/r", ask="reconstruct", answer="values", dims=("field", *"xy"[: len(shape)]), shape=(1, *shape),
        channels=(Channel("u"),), dt=1.0, context=2, horizon=2, mean=(float(train.mean()),), std=(float(train.std()),),
        grid={name: tuple(axis(n).tolist()) for name, n in zip("xy", shape, strict=False)},
        facts={"lengths": [1.0] * len(shape), "boundary": ["periodic"] * len(shape)},
    )  # fmt: skip
    points = torch.stack([part.flatten() for part in torch.meshgrid(*map(axis, shape), indexing="ij")], dim=1)
    count = round(share * len(points))
    places = torch.stack([torch.randperm(len(points), generator=torch.Generator().manual_seed(row))[:count]
                          for row in range(batch)])  # fmt: skip
    now = truth.flatten(2).gather(2, places[:, None])
    values = torch.stack([torch.full_like(now, 99.0), now], dim=1)  # what was seen before is wrong: only now counts
    return task, train, Batch(values, coords=points[places], query=points.expand(batch, -1, -1)), truth


class Stored:
    def __init__(self, values: Tensor) -> None:
        self.values = values

    def tensor(self) -> Tensor:
        return self.values


def answer(tools, name: str, shape: tuple[int, ...], share: float = 0.3):
    task, train, given, truth = asked(shape, share)
    model = tools.model_class(name)()
    model.fit_tasks({task.id: (task, Stored(train))})
    found = model.predict(given, task)["values"]
    return found, truth, given, model, task


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_answers_cover_the_grid_and_the_horizon_and_depend_on_their_own_sensors_alone(name, shape, tools) -> None:
    found, truth, given, model, task = answer(tools, name, shape)
    assert found.shape == (5, 2, 1, *shape) and found.isfinite().all()
    assert torch.equal(found[:, 0], found[:, 1])
    last = Batch(given.values[-1:], coords=given.coords[-1:], query=given.query[-1:])
    assert (model.predict(last, task)["values"] - found[-1:]).abs().max() < 1e-9


@pytest.mark.parametrize("shape", SHAPES)
def test_the_better_ones_err_less_in_order(shape, tools) -> None:
    found = {name: answer(tools, name, shape, 0.4) for name in NAMES}
    errors = {name: float((got[:, 0] - truth).square().mean()) for name, (got, truth, *_) in found.items()}
    assert errors["gappy_pod"] < errors["rbf_interpolation"] < errors["inverse_distance"] < errors["mean_field"], errors
    assert errors["nearest_sensor"] < errors["mean_field"], errors
    if len(shape) == 2:  # along a line the nearest of many is as good as their mean
        assert errors["inverse_distance"] < errors["nearest_sensor"], errors


@pytest.mark.parametrize("shape", SHAPES)
def test_modes_that_span_the_field_give_it_back(shape, tools) -> None:
    found, truth, *_ = answer(tools, "gappy_pod", shape, 0.5)
    assert (found[:, 0] - truth).abs().max() < 1e-4


@pytest.mark.parametrize("name", ["nearest_sensor", "inverse_distance", "rbf_interpolation"])
@pytest.mark.parametrize("shape", SHAPES)
def test_at_a_sensor_it_is_what_it_reads(name, shape, tools) -> None:
    found, _, given, *_ = answer(tools, name, shape)
    points = given.query[0]
    for row in range(5):
        places = [int((points - place).square().sum(1).argmin()) for place in given.coords[row]]
        assert (found[row, 0, 0].flatten()[places] - given.values[row, -1, 0]).abs().max() < 1e-6


def test_the_seam_of_a_periodic_axis_is_no_wall(tools) -> None:
    """Sensors that all stand left and right of the seam of a wave tell what is on it."""
    task, *_ = asked((48,))
    sensors = torch.tensor([[0.04], [0.1], [0.16], [0.3], [0.5], [0.7], [0.84], [0.9], [0.96]], dtype=torch.float64)
    wave = torch.cos(2 * math.pi * sensors[:, 0])
    given = Batch(wave[None, None, None], coords=sensors[None], query=axis(48)[None, :, None])
    for name, most in (("rbf_interpolation", 0.02), ("inverse_distance", 0.1), ("nearest_sensor", 0.1)):
        got = tools.model_class(name)().predict(given, task)["values"][0, 0, 0, 0]
        assert abs(float(got) - 1) < most, name


@pytest.mark.parametrize("name", NAMES)
def test_two_sensors_are_enough_for_a_finite_answer(name, tools) -> None:
    task, train, given, _ = asked((48,))
    model = tools.model_class(name)()
    model.fit_tasks({task.id: (task, Stored(train))})
    few = Batch(given.values[..., :2].float(), coords=given.coords[:, :2].float(), query=given.query.float())
    found = model.predict(few, task)["values"]
    assert found.isfinite().all() and found.dtype == torch.float32
