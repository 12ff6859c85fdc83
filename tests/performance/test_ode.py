"""Ensembles of Lorenz trajectories, beside scipy's DOP853."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dynarena.engines.ode import Ode
from dynarena.schema.system import SystemSpec

PERIOD, TRAJECTORIES, POINTS = 0.76, 64, 10_000
LORENZ = {
    "schema": 1, "title": "Lorenz", "about": "", "source": "", "engine": "ode", "state": ["x", "y", "z"],
    "equations": ["sigma*(y - x)", "x*(rho - z) - y", "x*y - beta*z"], "solver": {"step": 0.01},
    "parameters": {"sigma": 10, "rho": 28, "beta": "8/3"},
    "start": {"box": {"x": [-15, 15], "y": [-20, 20], "z": [5, 40]}},
}  # fmt: skip
PEER_POINTS = 400


def peer_seconds(start: np.ndarray, dt: float) -> float:
    """CPU seconds of scipy for one trajectory of PEER_POINTS points, scaled to the whole ensemble."""

    def f(_: float, y: np.ndarray) -> list[float]:
        return [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]]

    times = dt * np.arange(PEER_POINTS)
    began = time.process_time()
    solve_ivp(f, (0, times[-1]), start, "DOP853", times, rtol=1e-10, atol=1e-10)
    return (time.process_time() - began) * TRAJECTORIES * POINTS / PEER_POINTS


@pytest.mark.benchmark(group="ode")
def test_sixty_four_lorenz_trajectories_of_ten_thousand_points(benchmark: Any) -> None:
    simulator = Ode().compile(SystemSpec.model_validate(LORENZ))
    start = np.random.default_rng(0).uniform([-15, -20, 5], [15, 20, 40], (TRAJECTORIES, 3))
    parameters = {"sigma": np.full(64, 10.0), "rho": np.full(64, 28.0), "beta": np.full(64, 8 / 3)}
    dt = PERIOD / 100
    simulator.run(start, parameters, dt, 2)
    began = time.process_time()
    benchmark.pedantic(simulator.run, (start, parameters, dt, POINTS), rounds=5)
    ours = (time.process_time() - began) / 5
    benchmark.extra_info["cpu_seconds"] = ours
    benchmark.extra_info["times_faster_than_scipy_dop853"] = peer_seconds(start[0], dt) / ours
    assert ours < 1.0
