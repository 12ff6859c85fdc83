"""pde_residual: exact solutions, wrong speeds in closed form, order in time, numpy's derivatives, where it applies."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

RESIDUAL = module("pde_residual")
HEAT = ["nu*lap(u)"]


def score(forecast, truth, task, **parameters):
    return RESIDUAL.metric(dataset(forecast, task), dataset(truth, task, **parameters), task)


def grid(points=32, length=2 * np.pi):
    return length * np.arange(points) / points


def moving(speed, *, dt=0.05, leads=41, k=2):
    """cos k(x - speed t), [1, time, 1, x]."""
    t = dt * np.arange(leads)[:, None]
    return np.cos(k * (grid() - speed * t))[None, :, None]


def box(truth, equations, *, dt=0.05, length=2 * np.pi, **parameters):
    n = truth.ndim - 3
    axes = dict(zip("xyz", (grid(size, length) for size in truth.shape[3:]), strict=False))
    return task_for(
        truth,
        {1: "pde", 2: "pde2"}[n],
        mean=0,
        std=1,
        dt=dt,
        names=("u", "v")[: truth.shape[2]],
        grid=axes,
        lengths=[length] * n,
        equations=equations,
        parameters=parameters,
    )


def test_the_truth_and_every_other_solution_solve_the_equation():
    truth = moving(1.0)
    task = box(truth, ["-c*dx(u)"], c=1.0)
    assert score(truth, truth, task) == pytest.approx([0])
    assert score(moving(1.0) * 0.5, truth, task) == pytest.approx([0], abs=1e-9)
    assert score(np.roll(truth, 5, axis=-1), truth, task) == pytest.approx([0], abs=1e-9)


@pytest.mark.parametrize("speed", [0.0, 0.5, 1.5])
def test_a_wave_at_the_wrong_speed_misses_by_the_difference(speed):
    truth = moving(1.0)
    value = score(moving(speed), truth, box(truth, ["-c*dx(u)"], c=1.0))
    assert value == pytest.approx([abs(1 - speed)], rel=5e-3)


def test_a_frozen_decay_misses_by_the_rate_it_should_have():
    t = 0.05 * np.arange(41)[:, None]
    truth = (np.exp(-0.3 * 4 * t) * np.cos(2 * grid()))[None, :, None]
    frozen = np.repeat(truth[:, :1], 41, axis=1)
    inner = np.exp(-1.2 * t[1:-1])
    expected = 1 / np.sqrt((inner**2).mean())
    assert score(frozen, truth, box(truth, HEAT, nu=0.3)) == pytest.approx([expected], rel=1e-3)


def test_the_floor_is_the_rule_s_own_error_and_falls_with_the_fourth_power_of_the_step():
    sizes = []
    for dt in (0.2, 0.1):
        truth = moving(1.0, dt=dt)
        task = box(truth, ["-c*dx(u)"], dt=dt, c=1.0)
        sizes.append(np.abs(RESIDUAL._residual(truth, {"c": np.ones((1, 1, 1, 1))[..., 0]}, task)).max())
    assert 15 < sizes[0] / sizes[1] < 17


def test_each_trajectory_uses_its_own_parameters():
    truth = np.concatenate([moving(1.0), moving(3.0)])
    task = box(truth, ["-c*dx(u)"], c=1.0)
    with_own = score(np.roll(truth, 3, axis=-1), truth, task, c=np.array([1.0, 3.0]))
    assert with_own == pytest.approx([0, 0], abs=1e-9)
    assert score(truth[::-1], truth, task, c=np.array([1.0, 3.0]))[0] == pytest.approx(2, rel=0.02)


def test_it_equals_numpys_derivatives_of_two_coupled_fields_in_the_plane():
    x, y = np.meshgrid(grid(16), grid(12), indexing="ij")
    rng = np.random.default_rng(0)

    def smooth():
        waves = [(1, 0), (0, 1), (1, 1), (2, -1)]
        size, phase = rng.normal(size=(2, 2, 5, 4)), rng.uniform(0, 6, (2, 2, 5, 4))
        parts = [
            size[0, ..., n, None, None] * np.cos(p * x + q * y + phase[0, ..., n, None, None])
            for n, (p, q) in enumerate(waves)
        ]
        return np.swapaxes(sum(parts)[None], 1, 2)

    truth, forecast = smooth(), smooth()
    task = box(truth, ["-u*dx(v) + d*lap(u) - v**2 + sin(y)", "grad2(u) - v"], d=0.7)

    def along(a, axis):
        n = a.shape[axis]
        k = np.fft.fftfreq(n, 1 / n) * (np.arange(n) != n / 2)
        shape = [1] * a.ndim
        shape[axis] = n
        return np.fft.ifft(1j * k.reshape(shape) * np.fft.fft(a, axis=axis), axis=axis).real

    def residual(a):
        u, v = a[:, :, 0], a[:, :, 1]
        lap = along(along(u, 2), 2) + along(along(u, 3), 3)
        rate = np.stack(
            [-u * along(v, 2) + 0.7 * lap - v**2 + np.sin(y), along(u, 2) ** 2 + along(u, 3) ** 2 - v], axis=2
        )
        return (a[:, 2:] - a[:, :-2]) / 0.1 - (rate[:, :-2] + 4 * rate[:, 1:-1] + rate[:, 2:]) / 6

    def norm(a):
        return np.sqrt((a**2).mean())

    expected = (norm(residual(forecast)) - norm(residual(truth))) / norm((truth[:, 2:] - truth[:, :-2]) / 0.1)
    assert score(forecast, truth, task) == pytest.approx([max(expected, 0)], rel=1e-10)
    assert score(3 * forecast, truth, task)[0] > 1


def test_what_the_solver_of_the_catalogue_returns_solves_its_own_equation():
    from dynarena.data.system import System
    from dynarena.engines.streams import Streams, trajectory_key

    system = System("pde/kuramoto_sivashinsky")
    simulator = system.simulator
    streams = Streams([trajectory_key("residual", str(n)) for n in range(2)])
    parameters = simulator.parameters(streams, "test")
    start = simulator.advance(simulator.start(streams, parameters, "test"), parameters, 60.0)
    truth = simulator.run(start, parameters, 0.25, 21)
    task = box(truth, list(system.spec.equations), dt=0.25, length=22.0, **system.parameters)

    def norm(a):
        return np.sqrt((a**2).mean(axis=(1, 2, 3)))

    floor, rate = (
        norm(RESIDUAL._residual(truth, {"nu": np.ones((1, 1, 1))}, task)),
        norm(np.gradient(truth, 0.25, axis=1)),
    )
    assert (floor < 0.01 * rate).all()
    assert (score(truth[::-1], truth, task) < 0.01).all(), "another solution"
    assert (score(truth[:, ::-1], truth, task) > 1).all(), "time run backwards"
    moment = simulator.run(start, parameters, 1e-4, 3)
    at_first = norm(np.gradient(moment, 1e-4, axis=1, edge_order=2)[:, :1])
    frozen = np.repeat(truth[:, :1], 21, axis=1)
    np.testing.assert_allclose(score(frozen, truth, task), at_first / rate, rtol=0.03)


def test_it_applies_where_equations_stand_on_a_periodic_box_in_known_operators():
    truth = moving(1.0)
    assert RESIDUAL.applies(box(truth, HEAT, nu=1.0))
    assert not RESIDUAL.applies(box(truth, [], nu=1.0))
    assert not RESIDUAL.applies(box(truth, ["nu*dy(u)"], nu=1.0))
    assert not RESIDUAL.applies(box(truth, ["nu*lap(u) - U*dx(u)"], nu=1.0)), "a name that is not told"
    assert not RESIDUAL.applies(box(truth[:, :2], HEAT, nu=1.0))
    walled = task_for(truth, "pde", names=("u",), equations=["lap(u)"], boundary=["wall"], parameters={})
    assert not RESIDUAL.applies(walled)
    assert not RESIDUAL.applies(task_for(noise(), "chaos"))


def test_a_state_of_rest_solves_it_so_it_never_ranks_members_count_one_by_one_and_huge_ones_stay_finite():
    truth = moving(1.0)
    task = box(truth, ["-c*dx(u)"], c=1.0)
    assert score(0 * truth, truth, task) == pytest.approx([0]) and RESIDUAL.perfect is None
    assert score(np.stack([truth, moving(0.0)]), truth, task) == pytest.approx([0.5], rel=5e-3)
    wild = truth.copy()
    wild[0, 7, 0, 3] = 1e300
    value = score(wild, truth, box(truth, ["-u**3*dx(u)"]))
    assert np.isfinite(value).all() and value[0] > 1e50
