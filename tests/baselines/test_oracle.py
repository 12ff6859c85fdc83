"""The oracle against the simulators that made the truth."""

import numpy as np
import pytest
import torch

from dynarena import Batch, System
from dynarena.engines.streams import Streams, trajectory_key


def truth_of(tools, name, n, context, horizon, dt, resolution=None, split="test"):
    system = System(name, resolution=resolution)
    streams = Streams([trajectory_key(name, index) for index in range(n)])
    parameters = system.simulator.parameters(streams, split)
    start = system.simulator.start(streams, parameters, split)
    states = system.simulator.run(start, parameters, dt, context + horizon)
    dims = {"chaos": ("component",), "pde": ("field", "x")}.get(name.split("/")[0], ("channel", "y", "x"))
    values = states if dims[0] != "channel" else system.simulator.frames(states, parameters, resolution) / 255
    values = torch.from_numpy(np.ascontiguousarray(values))
    facts = {"system": name, "parameters": system.parameters}
    given = torch.from_numpy(np.stack([parameters[key] for key in system.parameters], axis=1))
    return tools.make_task(values, context, horizon, dims, dt, **facts), values, given


def answer(build, task, values, parameters):
    return build("oracle").predict(Batch(values=values[:, : task.context], parameters=parameters), task)["values"]


@pytest.mark.parametrize(("name", "dt", "resolution"), [("chaos/lorenz63", 0.05, None), ("pde/burgers_1d", 0.05, 64)])
def test_the_oracle_continues_points_and_fields_exactly(name, dt, resolution, build, tools):
    task, values, parameters = truth_of(tools, name, 3, 4, 20, dt, resolution)
    truth = values[:, task.context :]
    assert (answer(build, task, values, parameters) - truth).abs().max() < 1e-9 * truth.abs().max()


def test_the_oracle_tracks_and_draws_a_collision_to_within_a_pixel_s_rounding(build, tools):
    task, values, parameters = truth_of(tools, "video/elastic_collision", 4, 4, 12, 0.1, 32)
    error = (answer(build, task, values, parameters) - values[:, 4:]).square().mean().sqrt()
    frozen = (values[:, 3:4] - values[:, 4:]).square().mean().sqrt()
    assert error < 0.1 * frozen


def test_the_oracle_takes_each_trajectory_s_parameters_and_else_the_stated_ones(build, tools):
    task, values, parameters = truth_of(tools, "chaos/lorenz63", 2, 2, 20, 0.02)
    stated = answer(build, task, values, None)
    assert torch.equal(stated, answer(build, task, values, parameters))
    changed = parameters.clone()
    changed[0, list(task.facts["parameters"]).index("rho")] = 20.0
    moved = answer(build, task, values, changed)
    assert (moved[0] - stated[0]).abs().max() > 1
    assert torch.equal(moved[1], stated[1])


def test_an_object_that_is_never_seen_stays_out_of_the_picture(build, tools):
    task, values, parameters = truth_of(tools, "video/uniform_motion", 2, 4, 6, 0.1, 32)
    empty = torch.ones_like(values)
    assert torch.equal(answer(build, task, empty, parameters), torch.ones(2, 6, 3, 32, 32, dtype=torch.float64))
