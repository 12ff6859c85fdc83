"""A million Lorenz trajectories on a card, as a share of its float64 peak, beside diffrax where it is installed."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from dynarena.engines.cuda import run_cuda
from dynarena.engines.ode import Flow
from dynarena.schema.system import SystemSpec

TRAJECTORIES, STEPS, DT = 1_000_000, 1_000, 0.01
PEAKS = {"H100": 34e12, "H200": 34e12, "A100": 9.7e12, "V100": 7.8e12}  # float64 operations a second, data sheets
OPERATIONS = 12 * 9 + 3 * (2 * 67 + 12 * 2)  # a step: right-hand sides and sums of stages
LORENZ = {
    "schema": 1, "title": "Lorenz", "about": "", "source": "", "engine": "ode", "state": ["x", "y", "z"],
    "equations": ["sigma*(y - x)", "x*(rho - z) - y", "x*y - beta*z"], "solver": {"step": DT},
    "parameters": {"sigma": 10, "rho": 28, "beta": "8/3"},
    "start": {"box": {"x": [-15, 15], "y": [-20, 20], "z": [5, 40]}},
}  # fmt: skip


def diffrax_seconds(start: np.ndarray) -> float | None:
    """Wall-clock seconds of diffrax' Dopri8 with the same fixed steps, compiled; None where it is not installed."""
    try:
        import diffrax
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)

    def f(t: Any, y: Any, args: Any) -> Any:
        return jax.numpy.stack([10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]])

    def one(y: Any) -> Any:
        term, solver = diffrax.ODETerm(f), diffrax.Dopri8()
        found = diffrax.diffeqsolve(term, solver, 0.0, STEPS * DT, DT, y, max_steps=STEPS + 1)
        return found.ys[-1]

    run, given = jax.jit(jax.vmap(one)), jax.numpy.asarray(start)
    run(given).block_until_ready()
    began = time.perf_counter()
    run(given).block_until_ready()
    return time.perf_counter() - began


@pytest.mark.gpu
@pytest.mark.benchmark(group="gpu")
def test_a_million_lorenz_trajectories_of_a_thousand_steps(benchmark: Any) -> None:
    import torch

    simulator = Flow(SystemSpec.model_validate(LORENZ))
    start = np.random.default_rng(0).uniform([-15, -20, 5], [15, 20, 40], (TRAJECTORIES, 3))
    parameters = {"sigma": np.array(10.0), "rho": np.array(28.0), "beta": np.array(8 / 3)}
    simulator.step, span = DT, STEPS * DT
    run_cuda(simulator, start[:128], parameters, span, 2)
    benchmark.pedantic(run_cuda, (simulator, start, parameters, span, 2), rounds=3)
    seconds = benchmark.stats.stats.min
    name = torch.cuda.get_device_name()
    peak = next((value for key, value in PEAKS.items() if key in name), None)
    benchmark.extra_info["device"] = name
    benchmark.extra_info["operations_a_second"] = OPERATIONS * TRAJECTORIES * STEPS / seconds
    benchmark.extra_info["share_of_peak"] = peak and OPERATIONS * TRAJECTORIES * STEPS / seconds / peak
    peer = diffrax_seconds(start)
    benchmark.extra_info["times_faster_than_diffrax"] = peer and peer / seconds
