"""Ensembles of Lorenz trajectories, beside scipy's DOP853 and the Radau that the field's database runs by default."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dynarena.engines.ode import Ode
from dynarena.schema.system import SystemSpec

PERIOD, TRAJECTORIES, POINTS = 0.76, 100, 1_000
TOLERANCE = 1e-12
LORENZ = {
    "schema": 1, "title": "Lorenz", "about": "", "source": "", "engine": "ode", "state": ["x", "y", "z"],
    "equations": ["sigma*(y - x)", "x*(rho - z) - y", "x*y - beta*z"], "solver": {"step": 0.01},
    "parameters": {"sigma": 10, "rho": 28, "beta": "8/3"},
    "start": {"box": {"x": [-15, 15], "y": [-20, 20], "z": [5, 40]}},
}  # fmt: skip


def peer_seconds(method: str, start: np.ndarray, dt: float, points: int, **options: float) -> float:
    """CPU seconds of scipy for one trajectory of some points, scaled to the whole ensemble."""

    def f(_: float, y: np.ndarray) -> list[float]:
        return [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]]

    times = dt * np.arange(points)
    began = time.process_time()
    found = solve_ivp(f, (0, times[-1]), start, method, times, rtol=TOLERANCE, atol=TOLERANCE, **options)
    spent = time.process_time() - began
    assert found.success
    return spent * TRAJECTORIES * POINTS / points


@pytest.mark.benchmark(group="ode")
def test_a_hundred_lorenz_trajectories_of_a_thousand_points(benchmark: Any) -> None:
    simulator = Ode().compile(SystemSpec.model_validate(LORENZ))
    start = np.random.default_rng(0).uniform([-15, -20, 5], [15, 20, 40], (TRAJECTORIES, 3))
    parameters = {
        name: np.full(TRAJECTORIES, value) for name, value in (("sigma", 10.0), ("rho", 28.0), ("beta", 8 / 3))
    }
    dt, rounds = PERIOD / 100, 20
    start = simulator.advance(start, parameters, 20.0)
    began = time.process_time()
    benchmark.pedantic(simulator.run, (start, parameters, dt, POINTS), rounds=rounds)
    ours = (time.process_time() - began) / rounds
    dop853 = peer_seconds("DOP853", start[0], dt, POINTS)
    radau = peer_seconds("Radau", start[0], dt, 100, first_step=dt)
    benchmark.extra_info["cpu_seconds"] = ours
    benchmark.extra_info["times_faster_than_scipy_dop853"] = dop853 / ours
    benchmark.extra_info["times_faster_than_scipy_radau"] = radau / ours
    assert dop853 / ours >= 500 and radau / ours >= 5_000
