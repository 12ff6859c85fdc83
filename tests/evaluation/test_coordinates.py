import torch

from dynarena.evaluation.coordinates import Coordinates
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
