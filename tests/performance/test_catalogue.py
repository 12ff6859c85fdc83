"""All flows of the catalogue: compiling them, a thousand points of each, the spectrum of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dynarena.data.clocks_spectrum import lyapunov_spectrum
from dynarena.data.system import System
from dynarena.engines.ode import Flow
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.variants import read_system

FOLDER = Path(__file__).parents[2] / "systems" / "chaos"
POINTS, PER_PERIOD, STEPS_A_PERIOD = 1_000, 100, 200
SMALL, MANY, FEW = 8, 64, 16
COMPILE = """
import json, sys, time
from pathlib import Path
from dynarena.engines.ode import Ode
from dynarena.schema.variants import read_system
from dynarena.engines.streams import Streams, trajectory_key
streams = Streams([trajectory_key("compile", 0)])
began = time.process_time()
for name in sys.argv[1:]:
    simulator = Ode().compile(read_system(Path(name)))
    parameters = simulator.parameters(streams, "train")
    simulator.rhs(simulator.start(streams, parameters, "train"), parameters)
print(json.dumps(time.process_time() - began))
"""


@cache
def flows() -> tuple[Path, ...]:
    return tuple(path for path in sorted(FOLDER.glob("*.toml")) if read_system(path).engine == "ode")


def period(system: System, simulator: Flow) -> float:
    """The dominant period where it is computed, else so many steps."""
    return system.period or STEPS_A_PERIOD * simulator.step


@pytest.mark.benchmark(group="catalogue")
def test_all_flows_compile_within_a_minute(benchmark: Any, tmp_path: Path) -> None:
    def compile_all() -> float:
        environment = os.environ | {"DYNARENA_CACHE": str(tmp_path)}
        command = [sys.executable, "-c", COMPILE, *map(str, flows())]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return float(json.loads(done.stdout.splitlines()[-1]))

    seconds = benchmark.pedantic(compile_all, rounds=1)
    benchmark.extra_info["cpu_seconds"], benchmark.extra_info["flows"] = seconds, len(flows())
    assert seconds < 60


@pytest.mark.benchmark(group="catalogue")
def test_a_thousand_points_of_every_flow_take_less_than_a_minute(benchmark: Any) -> None:
    ready = []
    for path in flows():
        system = System(f"chaos/{path.stem}")
        simulator: Any = system.simulator
        streams = Streams([trajectory_key("speed", 0)])
        parameters = simulator.parameters(streams, "train")
        start = simulator.start(streams, parameters, "train")
        simulator.run(start, parameters, simulator.step, 2)
        ready.append((path.stem, simulator, start, parameters, period(system, simulator) / PER_PERIOD))
    spent: dict[str, float] = {}

    def run_all() -> None:
        for name, simulator, start, parameters, dt in ready:
            began = time.process_time()
            simulator.run(start, parameters, dt, POINTS)
            spent[name] = time.process_time() - began

    benchmark.pedantic(run_all, rounds=1)
    total, slow = sum(spent.values()), sorted(spent, key=lambda name: -spent[name])[:5]
    benchmark.extra_info["cpu_seconds"], benchmark.extra_info["flows"] = total, len(ready)
    benchmark.extra_info["slowest"] = {name: spent[name] for name in slow}
    assert total < 60


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.benchmark(group="catalogue")
def test_the_spectra_of_all_flows_take_less_than_ten_minutes(benchmark: Any) -> None:
    wide: dict[str, float] = {}

    def compute_all() -> float:
        began = time.process_time()
        for path in flows():
            simulator: Any = System(f"chaos/{path.stem}").simulator
            count = MANY if simulator.shape[0] <= SMALL else FEW
            streams = Streams([trajectory_key("spectra", index) for index in range(count)])
            found = lyapunov_spectrum(simulator, streams)
            mean, positive = found.exponents.mean(axis=0), found.exponents.mean(axis=0) > 3 * found.errors
            if positive[0] and (ratio := float(np.max(found.errors[positive]) / mean[0])) > 0.02:
                wide[path.stem] = ratio
        return time.process_time() - began

    seconds = benchmark.pedantic(compute_all, rounds=1)
    benchmark.extra_info["cpu_seconds"], benchmark.extra_info["wider_than_2_percent"] = seconds, wide
    assert seconds < 600
