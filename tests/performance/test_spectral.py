"""What a step of a batched field costs beside the bare transforms that it takes."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.fft

from dynarena.engines.spectral import Spectral
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec

N_STEPS = 100
MOST = 2.4


def kuramoto_sivashinsky() -> SystemSpec:
    return SystemSpec.model_validate(
        {
            "schema": 1, "title": "KS", "about": "", "source": "", "engine": "spectral", "state": ["u"],
            "equations": ["-u*dx(u) - lap(u) - bilap(u)"], "domain": {"length": [88], "points": [256]},
            "solver": {"step": 0.1}, "start": {"law": "fourier", "options": {"cutoff": 8}},
        }
    )  # fmt: skip


def test_a_step_of_64_kuramoto_sivashinsky_fields_costs_little_more_than_its_transforms(benchmark: Any) -> None:
    """64 x 256 in float64: four evaluations of one inverse and one forward transform a step."""
    sim = Spectral().compile(kuramoto_sivashinsky())
    assert sim.plan.n_transforms == 2
    start = sim.start(Streams([trajectory_key("speed", index) for index in range(64)]), {}, "test")
    fields = start[:, 0].copy()
    modes = scipy.fft.rfft(fields, axis=-1)

    def transforms() -> None:
        for _ in range(4 * N_STEPS):
            scipy.fft.irfft(modes, n=256, axis=-1, workers=1)
            scipy.fft.rfft(fields, axis=-1, workers=1)

    def solve() -> None:
        sim.run(start, {}, 0.1 * N_STEPS, 2)

    solve()
    pairs = [(_seconds(solve), _seconds(transforms)) for _ in range(9)]
    ratio = min(a for a, _ in pairs) / min(b for _, b in pairs)
    benchmark.extra_info["ratio to bare transforms"] = round(ratio, 3)
    benchmark.pedantic(solve, rounds=3)
    assert np.isfinite(sim.run(start, {}, 10.0, 2)).all()
    assert ratio < MOST


def _seconds(work: Callable[[], None]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin
