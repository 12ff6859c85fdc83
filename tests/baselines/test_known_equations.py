"""Models that know the equation: the coarse solver's price, the projected equation's truth."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dynarena import Batch, System
from dynarena.engines.spectral.rate import Rate
from dynarena.engines.streams import Streams, trajectory_key


def burgers(tools, n, context, horizon, dt, points=64, split="test"):
    """A task of Burgers' equation on few points, with its trajectories and parameters."""
    system = System("pde/burgers_1d", resolution=points)
    streams = Streams([trajectory_key(split, index) for index in range(n)])
    parameters = system.simulator.parameters(streams, split)
    start = system.simulator.start(streams, parameters, split)
    values = torch.from_numpy(system.simulator.run(start, parameters, dt, context + horizon))
    facts = {"system": "pde/burgers_1d", "parameters": system.parameters}
    told = torch.from_numpy(np.stack([parameters[key] for key in system.parameters], axis=1))
    return tools.make_task(values, context, horizon, ("field", "x"), dt, **facts), values, told


def answer(model, task, values, told):
    return model.predict(Batch(values=values[:, : task.context], parameters=told), task)["values"]


def relative(forecast, values, task):
    truth = values[:, task.context :]
    return ((forecast - truth).square().mean() / truth.square().mean()).sqrt().item()


@pytest.mark.parametrize(("place_name", "axes", "values"), [("field", 1, 32), ("plane", 2, 256)])
def test_the_coarse_solver_s_price_is_that_of_the_unet(place_name, axes, values, worlds, tools):
    place = worlds[place_name]
    model = tools.fitted(tools.model_class("unet")(steps=1), place)
    z = model.encode(place.context.float())[:, -1:]
    with FlopCounterMode(display=False) as counted:
        model.module(z, None)
    spent = counted.get_total_flops() / len(z) / values
    assert tools.model_class("coarse_solver")().work[axes - 1] == pytest.approx(spent, rel=0.1)


def test_the_coarse_solver_takes_the_finest_grid_that_it_can_pay(tools, build):
    task, values, told = burgers(tools, 3, 2, 5, 0.05)
    errors = [relative(answer(build("coarse_solver", work=(work,) * 3), task, values, told), values, task)
              for work in (1e9, 3e2, 1.0)]  # fmt: skip
    assert errors[0] < 0.4 * errors[1] and errors[1] < 0.5 * errors[2] < 0.5


def test_the_equation_s_rate_is_that_of_a_wave_by_hand():
    simulator = System("pde/burgers_1d", resolution=32).simulator
    x = simulator.grid["x"] * 2 * np.pi
    u = np.sin(x) + 0.5
    for nu in (0.01, 0.03):
        rate = Rate(simulator, {"nu": np.array([nu])})(u[None, None])[0, 0]
        by_hand = -u * 2 * np.pi * np.cos(x) - nu * (2 * np.pi) ** 2 * np.sin(x)
        np.testing.assert_allclose(rate, by_hand, atol=1e-12)


@pytest.mark.parametrize("name", ["gray_scott", "kolmogorov_flow"])
def test_the_rate_is_the_slope_of_the_solver_s_own_path(name):
    simulator = System(f"pde/{name}", resolution=32).simulator
    streams = Streams([trajectory_key(name, 0), trajectory_key(name, 1)])
    parameters = simulator.parameters(streams, "test")
    start = simulator.advance(simulator.start(streams, parameters, "test"), parameters, 0.1)
    h = 1e-4
    path = simulator.run(start, parameters, h, 3)
    slope = (4 * path[:, 1] - 3 * path[:, 0] - path[:, 2]) / (2 * h)
    rate = Rate(simulator, parameters)(start)
    assert np.abs(slope - rate).max() < 1e-4 * np.abs(rate).max()


def test_with_every_component_the_projected_equation_is_the_equation(tools, build):
    task, values, told = burgers(tools, 4, 2, 6, 0.02, points=32)
    model = build("pod_galerkin", components=32)
    model.task = task
    model.fit(values, task)
    assert relative(answer(model, task, values, told), values, task) < 1e-4


def test_fewer_components_leave_more_of_the_equation_out(tools, build):
    task, values, told = burgers(tools, 4, 2, 6, 0.05)
    _, train, _ = burgers(tools, 16, 2, 8, 0.05, split="train")
    errors = []
    for components in (4, 8, 16):
        model = build("pod_galerkin", components=components)
        model.task = task
        model.fit(train, task)
        errors.append(relative(answer(model, task, values, told), values, task))
    assert errors[0] > 1.5 * errors[1] > 1.5 * 1.5 * errors[2]
    assert errors[2] < 0.1


@pytest.mark.parametrize("name", ["coarse_solver", "pod_galerkin"])
def test_each_trajectory_has_its_own_parameters_and_else_the_stated_ones(name, tools, build):
    task, values, told = burgers(tools, 2, 2, 6, 0.05)
    model = build(name)
    model.task = task
    if name == "pod_galerkin":
        model.fit(values, task)
    stated = answer(model, task, values, None)
    torch.testing.assert_close(stated, answer(model, task, values, told))
    changed = told.clone()
    changed[0] *= 3
    moved = answer(model, task, values, changed)
    assert (moved[0] - stated[0]).abs().max() > 1e-2
    torch.testing.assert_close(moved[1], stated[1])
    assert moved.isfinite().all()


def test_linear_extrapolation_goes_on_at_the_last_speed_within_the_range_of_train(tools, build):
    line = torch.arange(12.0, dtype=torch.float64).square().reshape(1, 12, 1, 1).repeat(3, 1, 1, 4)
    place = tools.world(line, 2, 3, 9, ("field", "x"))
    path = tools.ask(tools.fitted(build("linear_extrapolation"), place), place)[0, :, 0, 0]
    assert path.tolist() == [4.0 + 3 * step for step in range(1, 10)]
    far = tools.World(place.task, place.train / 20, place.test)
    assert tools.ask(tools.fitted(build("linear_extrapolation"), far), far).max() == pytest.approx(121 / 20 * 1.25)
    single = tools.world(line, 2, 1, 4, ("field", "x"))
    assert tools.ask(tools.fitted(build("linear_extrapolation"), single), single).eq(0).all()
