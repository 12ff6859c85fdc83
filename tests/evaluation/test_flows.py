"""The flow of a field and weak derivatives, against closed forms; sparse fits, against equations that are known."""

import math

import pytest
import torch

from dynarena.evaluation.flows import flow, weak_derivative
from dynarena.evaluation.sparse import Form, SparseDynamics, thresholded
from dynarena.evaluation.windows import Windows
from dynarena.schema.task import Channel, Task


def oscillator(state):
    return torch.stack([state[..., 1], -state[..., 0]], dim=-1)


def test_the_flow_of_an_oscillator_is_a_rotation_and_converges_with_order_eight():
    start = torch.tensor([[1.0, 0.0], [0.3, -2.0]], dtype=torch.float64)
    fast = 3.0
    turn = torch.tensor([[math.cos(fast), -math.sin(fast)], [math.sin(fast), math.cos(fast)]], dtype=torch.float64)
    errors = [(flow(lambda z: fast * oscillator(z), start, n) - start @ turn).abs().max().item() for n in (2, 4, 8)]
    assert errors[2] < 1e-9
    for coarse, fine in zip(errors, errors[1:], strict=False):
        assert math.log2(coarse / fine) == pytest.approx(8, abs=0.7)


def test_a_weak_derivative_s_two_sides_agree_where_the_field_is_true_and_only_there():
    time = torch.arange(200, dtype=torch.float64) * 0.2
    z = torch.stack([time.cos(), -time.sin()], dim=-1)[None]
    for half, accuracy in ((6, 1e-4), (12, 1e-6)):
        field, moved = weak_derivative(z, 0.2 * oscillator(z), half)
        assert field.shape == moved.shape == (200 - 2 * half, 2)
        assert (field - moved).abs().max() < accuracy * moved.abs().max()
        assert (1.01 * field - moved).abs().max() > 5e-3 * moved.abs().max()


def test_a_weak_derivative_needs_no_more_points_than_there_are():
    z = torch.arange(5, dtype=torch.float64).reshape(1, 5, 1)
    field, moved = weak_derivative(z, torch.ones_like(z), 12)
    torch.testing.assert_close(field, moved, rtol=1e-3, atol=0)
    assert field.shape == (1, 1)


def test_thresholded_least_squares_keeps_the_terms_with_a_share_and_undoes_their_bias():
    random = torch.Generator().manual_seed(1)
    features = torch.randn(500, 4, dtype=torch.float64, generator=random) * torch.tensor([1.0, 1e3, 1.0, 1e-3])
    truth = torch.tensor([[2.0, 0.0], [0.0, 3e-3], [0.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
    noise = 1e-3 * torch.randn(500, 2, dtype=torch.float64, generator=random)
    found = thresholded(features, features @ truth + noise, 0.05)
    assert torch.equal(found != 0, truth != 0)
    torch.testing.assert_close(found, truth, rtol=1e-3, atol=0)
    assert (thresholded(features, features @ truth + noise, 0.0) != 0).all()


def points(data, dt):
    flat = data.flatten(0, 1)
    return Task(
        id="made/up",
        ask="forecast",
        answer="values",
        dims=("component",),
        shape=(data.shape[2],),
        channels=tuple(Channel(f"u{place}") for place in range(data.shape[2])),
        dt=dt,
        context=5,
        horizon=20,
        mean=tuple(flat.mean(0).tolist()),
        std=tuple(flat.std(0, correction=0).tolist()),
    )


@pytest.fixture(scope="module")
def coarse():
    """A predator and its prey, ten points an orbit: x' = x (1 - y), y' = y (x - 1)."""
    state = torch.tensor([[1.6, 1.0], [0.5, 1.0], [1.0, 2.4]], dtype=torch.float64)
    path = [state]
    for _ in range(80):
        path.append(
            flow(lambda u: torch.stack([u[:, 0] * (1 - u[:, 1]), u[:, 1] * (u[:, 0] - 1)], -1) * 0.6, path[-1], 8)
        )
    data = torch.stack(path, dim=1)
    return data, SparseDynamics(Windows(data, points(data, 0.6), 1))


def test_shooting_recovers_an_equation_that_steps_are_too_coarse_to_differentiate(coarse):
    data, dynamics = coarse
    std = data.flatten(0, 1).std(0, correction=0)
    truth = torch.zeros(6, 2, dtype=torch.float64)  # 1, x, y, x², x y, y², in units of std and of the step
    truth[1, 0], truth[2, 1] = 0.6, -0.6
    truth[4, 0], truth[4, 1] = -0.6 * std[1], 0.6 * std[0]
    z = dynamics.learned.z
    weak = dynamics.fit(z, Form(2, 0.02, 2))
    shot = dynamics.fit(z, Form(2, 0.02, 2, 6))
    assert (weak - truth).abs().max() > 1e-3
    assert (shot - truth).abs().max() < 1e-6


def test_held_out_free_runs_rank_the_true_equation_first_and_members_run_as_if_alone(coarse):
    _, dynamics = coarse
    found = dynamics.search([1, 2], [0.02], [0, 2], 6)
    assert next(iter(found)) == Form(2, 0.02, 2, 6)
    assert list(found.values()) == sorted(found.values())
    form, z = Form(2, 0.02, 2), dynamics.learned.z
    several = torch.stack([dynamics.fit(z, form), dynamics.fit(z, Form(2, 0.02, 2, 6))])
    together = dynamics.run(z[:, :5], 10, several, form)
    for member, weights in enumerate(several):
        torch.testing.assert_close(together[member], dynamics.run(z[:, :5], 10, weights[None], form)[0])
    errors = dynamics.errors(several, form)
    assert errors[0] > 10 * errors[1]
