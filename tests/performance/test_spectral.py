"""A step of batched fields beside the bare transforms that it takes, and beside exponax with the same scheme.

All on one core, in float64, ETDRK4, in CPU seconds: the least of several rounds, since other work disturbs both alike.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.fft

from dynarena.engines.base import Array
from dynarena.engines.spectral import Spectral, SpectralSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec

ROUNDS = 5
VORTICITY = "dy(invlap(u))*dx(u) - dx(invlap(u))*dy(u) + 0.001*lap(u)"


@dataclass(frozen=True)
class Case:
    """Equations on a box, a batch, a step, and the most that a step may cost in bare transforms."""

    equations: list[str]
    length: float
    points: list[int]
    batch: int
    step: float
    n_steps: int
    most: float

    def simulator(self) -> SpectralSimulator:
        names = ["u", "v"][: len(self.equations)]
        law = {"law": "fourier", "options": {"cutoff": 6}}
        patches = {"law": "patches", "options": {"base_u": 1, "peak_u": -0.5, "peak_v": 0.25}}
        return Spectral().compile(
            SystemSpec.model_validate(
                {
                    "schema": 1, "title": "speed", "about": "", "source": "", "engine": "spectral", "state": names,
                    "equations": self.equations, "solver": {"step": self.step},
                    "domain": {"length": [self.length] * len(self.points), "points": self.points},
                    "start": law if len(names) == 1 else patches,
                }
            )
        )  # fmt: skip


CASES = {
    "kuramoto_sivashinsky": Case(["-u*dx(u) - lap(u) - bilap(u)"], 88, [256], 64, 0.1, 200, 2.0),
    "burgers": Case(["-u*dx(u) + 0.01*lap(u)"], 1, [256], 64, 0.001, 200, 2.0),
    "navier_stokes_128": Case([VORTICITY], 2 * np.pi, [128, 128], 8, 0.005, 20, 2.0),
    "navier_stokes_256": Case([VORTICITY], 2 * np.pi, [256, 256], 8, 0.005, 8, 2.0),
    "gray_scott": Case(
        ["2e-5*lap(u) - u*v**2 + 0.04*(1 - u)", "1e-5*lap(v) + u*v**2 - 0.1*v"], 2.5, [128, 128], 8, 1.0, 20, 2.2
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_step_costs_little_more_than_its_transforms(name: str, benchmark: Any) -> None:
    case = CASES[name]
    sim, start = prepared(case)
    transforms = bare_transforms(sim, start, 4 * case.n_steps)

    def solve() -> None:
        sim.run(start, {}, case.step * case.n_steps, 2)

    spent, bare = least(solve, transforms)
    benchmark.extra_info |= {
        "ratio to bare transforms": round(spent / bare, 3),
        "milliseconds a step": round(1e3 * spent / case.n_steps, 3),
        "transforms a step": 4 * sim.plan.n_transforms,
    }
    benchmark.pedantic(solve, rounds=1)
    assert spent / bare < case.most


@pytest.mark.parametrize("name", CASES)
def test_a_step_costs_no_more_than_one_of_exponax(name: str, benchmark: Any) -> None:
    case = CASES[name]
    sim, start = prepared(case)
    theirs, ours_after, theirs_after = peer(case, sim, start)

    def solve() -> None:
        sim.run(start, {}, case.step * case.n_steps, 2)

    spent, other = least(solve, theirs)
    benchmark.extra_info |= {
        "speed over exponax": round(other / spent, 3),
        "milliseconds a step": round(1e3 * spent / case.n_steps, 3),
        "milliseconds a step of exponax": round(1e3 * other / case.n_steps, 3),
    }
    benchmark.pedantic(solve, rounds=1)
    assert np.max(np.abs(ours_after - theirs_after)) < 1e-3 * np.std(ours_after)
    assert spent < other


def prepared(case: Case) -> tuple[SpectralSimulator, Array]:
    sim = case.simulator()
    return sim, sim.start(Streams([trajectory_key("speed", index) for index in range(case.batch)]), {}, "test")


def bare_transforms(sim: SpectralSimulator, start: Array, evaluations: int) -> Callable[[], None]:
    """The real transforms of so many evaluations, each of one field of the batch."""
    axes = tuple(range(1, start.ndim - 1))
    fields = np.ascontiguousarray(start[:, 0])
    modes = scipy.fft.rfftn(fields, axes=axes, workers=1)
    n_inverse, n_forward = len(sim.plan.atoms), len(sim.plan.groups)

    def work() -> None:
        for _ in range(evaluations):
            for _ in range(n_inverse):
                scipy.fft.irfftn(modes, s=fields.shape[1:], axes=axes, workers=1)
            for _ in range(n_forward):
                scipy.fft.rfftn(fields, axes=axes, workers=1)

    return work


def peer(case: Case, sim: SpectralSimulator, start: Array) -> tuple[Callable[[], None], Array, Array]:
    """exponax doing the same steps, and where the two are after them."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    exponax = pytest.importorskip("exponax")
    d, n = len(case.points), case.points[0]
    order = {"order": 4}
    steppers = exponax.stepper
    if len(case.equations) == 2:
        stepper = steppers.reaction.GrayScott(d, case.length, n, case.step, **order)
    elif d == 2:
        stepper = steppers.NavierStokesVorticity(d, case.length, n, case.step, diffusivity=0.001, **order)
    elif "bilap" in case.equations[0]:
        stepper = steppers.KuramotoSivashinskyConservative(d, case.length, n, case.step, conservative=True, **order)
    else:
        stepper = steppers.Burgers(d, case.length, n, case.step, diffusivity=0.01, conservative=True, **order)
    steps = jax.jit(jax.vmap(exponax.repeat(stepper, case.n_steps)))
    sign = -1.0 if d == 2 and len(case.equations) == 1 else 1.0  # exponax's vorticity is minus ours
    fields = jax.numpy.asarray(sign * start)
    after = sign * np.asarray(steps(fields).block_until_ready())
    return (
        lambda: steps(fields).block_until_ready(),
        sim.run(start, {}, case.step * case.n_steps, 2)[:, 1],
        after,
    )


def least(ours: Callable[[], Any], other: Callable[[], Any]) -> tuple[float, float]:
    """The least CPU seconds of each over rounds that take turns."""
    ours()
    other()
    pairs = [(seconds(ours), seconds(other)) for _ in range(ROUNDS)]
    return min(a for a, _ in pairs), min(b for _, b in pairs)


def seconds(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin
