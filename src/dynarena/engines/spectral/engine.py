"""The engine `spectral`: a system's file becomes a simulator of fields on a periodic box."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import ClassVar

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters, Simulator
from dynarena.engines.bounds import check_request
from dynarena.engines.spectral.arrays import Reference, Torch
from dynarena.engines.spectral.compile import compile_plan, make_grid
from dynarena.engines.spectral.grid import AXES, Grid
from dynarena.engines.spectral.integrate import substeps, trajectories
from dynarena.engines.spectral.plan import Plan
from dynarena.engines.spectral.resample import resample
from dynarena.engines.spectral.resolved import SHARE, check_shape, refuse_coarse, refuse_seams, refuse_step
from dynarena.engines.spectral.schemes import CoxMatthews, Krogstad
from dynarena.engines.spectral.starts import draw
from dynarena.engines.spectral.starts.request import Request
from dynarena.engines.streams import Streams
from dynarena.equations.constants import constant, order, quantity_tree
from dynarena.equations.evaluate import evaluate
from dynarena.errors import UnknownName
from dynarena.schema.system import Quantity, SystemSpec

_REFERENCE_CHUNK = 16384  # numbers: the stages of a chunk stay in a second-level cache
_FAST_CHUNK = 2**24
FEW = 4  # trajectories whose first step is halved
_AS_STATED = ("train", "val", "test")


class SpectralSimulator(Simulator):
    """u_t = F(u) in 1, 2 or 3 periodic dimensions by dealiased ETDRK4, [field, x[, y[, z]]].

    A trajectory that leaves the finite numbers is returned so, without a warning.
    """

    def __init__(self, spec: SystemSpec, plan: Plan, grid: Grid, step: float) -> None:
        self.spec = spec
        self.plan = plan
        self.box = grid
        self.step = step
        self.labels = tuple(spec.state)
        self.dims = ("field", *AXES[: len(grid.points)])
        self.shape = (len(self.labels), *grid.points)
        self.grid = grid.coordinates()

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        drawn = self._split_parameters(split)
        out: dict[str, Array] = {}
        for name in order(self.spec.parameters):
            if name in drawn:
                low, high = drawn[name]
                stated = np.full(len(streams), low)
                out[name] = stated if low == high else streams.between(f"parameter:{name}", low, high)
            else:
                tree = quantity_tree(self.spec.parameters[name], self.spec.parameters, where=f"parameter {name!r}")
                out[name] = np.broadcast_to(np.float64(evaluate(tree, out)), len(streams)).copy()
        return {name: out[name] for name in self.spec.parameters}

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        options, box = dict(self.spec.start.options), dict(self.spec.start.box)
        if split in self.spec.splits:
            options |= self.spec.splits[split].options
            box |= self.spec.splits[split].box
        request = Request(streams, self.box, list(self.labels), options, box, self.spec.parameters, parameters)
        return draw(str(self.spec.start.law), request)

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        if duration <= 0:
            return np.array(state, dtype=np.float64)
        return self.run(state, parameters, duration, 2)[:, 1].copy()

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        check_request(dt, n_points, where=self.spec.title)
        interval = (dt, self._substeps(dt) * refine)
        return trajectories(
            self.plan, self.box, CoxMatthews, Reference(), check_shape(start, self.shape, self.spec.title), parameters,
            interval, n_points, numbers_a_chunk=_REFERENCE_CHUNK,
        )  # fmt: skip

    def refuse(self, states: Array, parameters: Parameters, dt: float) -> None:
        """Raise where a run shows that it cannot be trusted.

        SchemaError: the start is not periodic. DataError: the step is too long for the field, seen from its first step
        and two halves; or the grid is too coarse, seen from what the highest modes hold (`[solver] cutoff_share`).
        """
        where, start = self.spec.title, states[:FEW, 0]
        refuse_seams(start, self.labels, where)
        if not self.plan.groups:
            return  # waves that do not meet are exact on any grid
        few = {name: values[: len(start)] for name, values in parameters.items()}
        h = dt / self._substeps(dt)
        once, halved = (self.run(start, few, h, 2, refine=refine)[:, 1] for refine in (1, 2))
        refuse_step(once, halved, start, h, self.labels, where)
        share = constant(_quantity(self.spec.solver.get("cutoff_share", SHARE)), self.spec.parameters)
        refuse_coarse(states, self.box, self.labels, dt, share, where)

    def run_fast(self, start: Array, parameters: Parameters, dt: float, n_points: int, device: str = "cpu") -> Array:
        """What `run` returns, by torch on `device`: equal to rounding over short times, not bit for bit."""
        return trajectories(
            self.plan, self.box, CoxMatthews, Torch(device), np.asarray(start, dtype=np.float64), parameters,
            (dt, self._substeps(dt)), n_points, numbers_a_chunk=_FAST_CHUNK,
        )  # fmt: skip

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """By the other scheme (Krogstad) with half the step on twice the points an axis, sampled on this grid."""
        fine = Grid(self.box.lengths, tuple(2 * n for n in self.box.points), self.box.degree)
        check_request(dt, n_points, where=self.spec.title)
        start = check_shape(start, self.shape, self.spec.title)
        path = trajectories(
            self.plan, fine, Krogstad, Reference(), resample(start, fine.points), parameters,
            (dt, 2 * self._substeps(dt)), n_points, numbers_a_chunk=_REFERENCE_CHUNK,
        )  # fmt: skip
        coarse = (slice(None), slice(None), slice(None), *[slice(None, None, 2)] * len(fine.points))
        out = path[coarse].copy()
        out[:, 0] = start
        return out

    @property
    def longest_step(self) -> float:
        """The step that the file states; without bound where nothing is nonlinear, for then one step is exact."""
        return self.step if self.plan.groups else inf

    def _substeps(self, dt: float) -> int:
        return substeps(dt, self.longest_step)

    def _split_parameters(self, split: str) -> Mapping[str, tuple[float, float]]:
        if split in self.spec.splits:
            return self.spec.splits[split].parameters
        if split not in _AS_STATED:
            raise UnknownName.among("split", split, [*_AS_STATED, *self.spec.splits])
        return {}


class Spectral(Engine):
    """Fourier pseudo-spectral fields from the equations of a file."""

    name: ClassVar[str] = "spectral"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> SpectralSimulator:
        plan = compile_plan(spec)
        grid = make_grid(spec, plan.degree, resolution)
        step = constant(_quantity(spec.solver["step"]), spec.parameters, where="[solver] step")
        return SpectralSimulator(spec, plan, grid, step)


def _quantity(value: Quantity | bool) -> Quantity:
    return float(value) if isinstance(value, bool) else value
