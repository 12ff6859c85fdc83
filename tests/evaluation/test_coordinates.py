import dataclasses
import math

import torch

from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.learned import Learned
from dynarena.schema.task import Channel, Task


def task(shape, mean, std, kind="field"):
    channels = tuple(Channel(str(index)) for index in range(shape[0]))
    dims = (kind, "x", "y")[: len(shape)] if kind != "component" else (kind,)
    return Task("a/b", "forecast", "values", dims, shape, channels, 1.0, 2, 2, mean, std)


def test_a_small_state_keeps_its_own_axes_standardised():
    train = torch.tensor([[[1.0, 10.0], [3.0, 30.0]]])
    chosen = Coordinates(train, task((2,), (2.0, 20.0), (1.0, 10.0), "component"))
    assert chosen.encode(train).tolist() == [[[-1, -1], [1, 1]]]
    torch.testing.assert_close(chosen.decode(chosen.encode(train)), train.double())
    assert chosen.bound(torch.tensor([9.0, -9.0], dtype=torch.float64)).tolist() == [1.5, -1.5]


def test_principal_components_are_orthonormal_and_keep_more_variance_than_any_other_axes():
    random = torch.Generator().manual_seed(0)
    mixed = torch.randn(4, 30, 3, dtype=torch.float64, generator=random)
    basis = torch.randn(3, 40, dtype=torch.float64, generator=random)
    train = (mixed @ basis + 0.01 * torch.randn(4, 30, 40, dtype=torch.float64, generator=random))[:, :, None]
    for sample in (1000, 20):
        chosen = Coordinates(train, task((1, 40), (0.0,), (1.0,)), most=3, sample=sample)
        torch.testing.assert_close(chosen.axes.T @ chosen.axes, torch.eye(3, dtype=torch.float64))
        assert (chosen.decode(chosen.encode(train)) - train).square().mean() < 1e-3


def test_a_channel_that_never_varies_divides_by_one():
    train = torch.full((1, 3, 1, 4), 7.0)
    chosen = Coordinates(train, task((1, 4), (7.0,), (0.0,)))
    assert chosen.encode(train).abs().max() == 0


def test_an_angle_gives_its_cosine_and_sine_and_comes_back_on_the_circle():
    where = task((3,), (2.0, 0.0, -1.0), (4.0, 1.8, 0.5), "component")
    where = dataclasses.replace(where, channels=(Channel("x"), Channel("a", angle=True), Channel("y")))
    states = torch.tensor([[[6.0, 7.0, -1.5], [-2.0, -40.0, 0.0]]], dtype=torch.float64)
    chosen = Coordinates(states, where)
    z = chosen.encode(states)
    torch.testing.assert_close(z[0, 0], torch.tensor([1, -1, math.cos(7), math.sin(7)], dtype=torch.float64))
    back = chosen.decode(3 * z * torch.tensor([1 / 3, 1 / 3, 1, 1]))
    torch.testing.assert_close(back[..., [0, 2]], states[..., [0, 2]])
    turns = (back[..., 1] - states[..., 1]) / (2 * math.pi)
    torch.testing.assert_close(turns, turns.round())
    assert back[..., 1].abs().max() <= math.pi


def test_a_network_sees_angles_as_the_coordinates_do():
    where = task((2,), (0.0, 1.0), (1.8, 2.0), "component")
    where = dataclasses.replace(where, channels=(Channel("a", angle=True), Channel("y")))
    states = torch.tensor([[[4.0, 3.0], [-0.5, 1.0]]])

    class Still(Learned):
        def network(self, shape):
            return torch.nn.Identity()

    model = Still(1, 1, 1e-3, 1)
    model.task = where
    model.prepare(states, where)
    torch.testing.assert_close(
        model.encode(states).double(), Coordinates(states, where).encode(states), rtol=1e-6, atol=1e-6
    )
    torch.testing.assert_close(model.decode(model.encode(states)).cos(), states.cos(), rtol=1e-5, atol=1e-5)
