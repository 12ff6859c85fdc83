"""The projection keeps the integrals that a task conserves, and nothing else of a forecast changes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dynarena.evaluation.conserving import Conserving, conserved_fields, project
from dynarena.schema.task import Channel, Task


def task(*space, names=("u", "v"), invariants=("mean(u)",), **facts):
    dims = ("field", "x", "y", "z")[: len(space) + 1]
    stated = {f"i{place}": {"expression": text} for place, text in enumerate(invariants)}
    return Task(
        id="made/up", ask="forecast", answer="values", dims=dims, shape=(len(names), *space),
        channels=tuple(Channel(name) for name in names), dt=1.0, context=2, horizon=5, mean=(0.0,) * len(names),
        std=(1.0,) * len(names), facts={"invariants": stated, **facts},
    )  # fmt: skip


def test_only_fields_whose_mean_is_an_invariant_are_conserved():
    assert conserved_fields(task(8, invariants=("mean(v)", "mean(u*v)"))) == [1]
    assert conserved_fields(task(8, invariants=("mean( u )", "mean(v)"))) == [0, 1]
    assert conserved_fields(task(8, invariants=("mean(u**2)",))) == []
    assert conserved_fields(Task(**{**task(8).__dict__, "facts": {}})) == []


@pytest.mark.parametrize("space", [(33,), (12, 10), (6, 5, 4)])
def test_mass_is_that_of_the_start_to_a_millionth_after_projection(space):
    """Integrals by numpy's own mean over an evenly spaced periodic grid."""
    random = torch.Generator().manual_seed(1)
    states = torch.randn(3, 40, 2, *space, generator=random) + 4
    start = torch.randn(3, 2, *space, generator=random) - 1
    kept = project(states, start, task(*space))
    mass = np.mean(kept.double().numpy()[:, :, 0].reshape(3, 40, -1), axis=-1)
    then = np.mean(start.double().numpy()[:, 0].reshape(3, -1), axis=-1)
    assert np.abs(mass - then[:, None]).max() < 1e-6
    assert torch.equal(kept[:, :, 1], states[:, :, 1])
    shape = (kept - states)[:, :, 0].flatten(2)
    assert (shape - shape.mean(-1, keepdim=True)).abs().max() < 1e-5


def test_walls_and_uneven_points_weigh_by_what_they_speak_for():
    x = np.array([0.0, 0.1, 0.3, 0.7, 1.0])
    placed = task(5, names=("u",), boundary=["open"], lengths=[1.0])
    placed = Task(**{**placed.__dict__, "grid": {"x": tuple(x)}})
    start, states = torch.zeros(1, 1, 5), torch.tensor(x**2).float().reshape(1, 1, 1, 5)
    kept = project(states, start, placed)[0, 0, 0].double().numpy()
    assert abs(np.trapezoid(kept, x)) < 1e-6
    assert abs(np.mean(kept)) > 1e-2


def test_a_task_that_conserves_nothing_is_left_alone():
    states = torch.randn(2, 3, 2, 8)
    assert project(states, states[:, 0], task(8, invariants=())) is states


class Ones(torch.nn.Module):
    """Increments without order, and a memory."""

    def forward(self, recent, memory):
        random = torch.Generator().manual_seed(3)
        return torch.randn(recent[:, -1].shape, generator=random) + 1, "kept"


@pytest.mark.parametrize(("space", "fold"), [((16,), 1), ((8, 6), 1), ((8, 6), 2)])
def test_an_increment_moves_no_conserved_mass_and_else_is_the_network_s(space, fold):
    states = torch.randn(2, 1, 2, *space)
    seen = torch.nn.functional.pixel_unshuffle(states, fold) if fold > 1 else states
    free, memory = Conserving(Ones(), task(*space, invariants=()), fold)(seen, None)
    bound, _ = Conserving(Ones(), task(*space), fold)(seen, None)
    assert memory == "kept"
    free, bound = (torch.nn.functional.pixel_shuffle(a, fold) if fold > 1 else a for a in (free, bound))
    assert torch.equal(free[:, 1], bound[:, 1])
    torch.testing.assert_close(bound[:, 0], free[:, 0] - free[:, 0].flatten(1).mean(1).reshape(-1, *[1] * len(space)))
    assert bound[:, 0].flatten(1).mean(1).abs().max() < 1e-6
