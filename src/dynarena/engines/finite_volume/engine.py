"""The engine `finite_volume`: a system's file becomes a simulator of cell averages of a conservation law."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters, Simulator
from dynarena.engines.bounds import check_duration, check_request
from dynarena.engines.finite_volume.compile import Setup, read_setup
from dynarena.engines.finite_volume.failures import refuse_failures
from dynarena.engines.finite_volume.law import AXES
from dynarena.engines.finite_volume.march import march, rate
from dynarena.engines.finite_volume.prolong import prolong, restrict
from dynarena.engines.finite_volume.starts import StartLaw
from dynarena.engines.laws import drawn_parameters, rows_of
from dynarena.engines.parallel import share
from dynarena.engines.streams import Streams
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

_AS_STATED = ("train", "val", "test")


class FiniteVolumeSimulator(Simulator):
    """u_t + div F(u) = S(u) by finite volumes and SSP-RK3, cell averages [field, x[, y[, z]]].

    Steps follow the CFL number of each trajectory alone. A trajectory that leaves the admissible states is refused with
    place and time.
    """

    rough: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        self.spec, self.setup = setup.spec, setup
        dims = len(setup.points)
        self.labels = setup.law.fields(dims)
        self.dims = ("field", *AXES[:dims])
        self.shape = (len(self.labels), *setup.points)
        self.grid = setup.coordinates()
        self._start = StartLaw(setup.spec, setup.law, setup.lengths)

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        if split not in self.spec.splits and split not in _AS_STATED:
            raise UnknownName.among("split", split, [*_AS_STATED, *self.spec.splits])
        return drawn_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        return self._start.draw(streams, parameters, split, self.setup.points)

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        check_duration(duration, where=self.spec.title)
        if duration == 0:
            return np.array(state, dtype=np.float64)
        return self.run(state, parameters, duration, 2)[:, 1].copy()

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        return self._march(self._checked(start), parameters, dt, n_points, self.setup, refine)

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """On twice the cells an axis, so with at most half the steps; averaged on this grid."""
        starts = self._checked(start)
        fine = prolong(starts, self.setup.law, self.setup.ends, self._rows_by_name(parameters, len(starts)))
        out = restrict(self._march(fine, parameters, dt, n_points, self.setup.finer(), 1), len(self.setup.points))
        out[:, 0] = starts
        return out

    def pace(self, states: Array, parameters: Parameters) -> Array:
        """Steps that a unit of time takes at these states by the CFL number, [trajectory]; inf where not admissible."""
        law, setup, given = self.setup.law, self.setup, self._checked(states)
        rows = rows_of(
            list(law.parameters), self._rows_by_name(parameters, len(given)), len(given), where=self.spec.title
        )
        out, speed = np.empty(len(given)), np.zeros(4)
        for row, state in enumerate(given):
            filled = state.reshape(*state.shape, *[1] * (4 - state.ndim))
            out[row] = rate(law.pace, filled, np.concatenate([rows[row], setup.cells()]), speed) / setup.cfl
        return out

    def _checked(self, start: Array) -> Array:
        starts = np.ascontiguousarray(start, dtype=np.float64)
        if starts.ndim != 1 + len(self.shape) or starts.shape[1:] != self.shape:
            expected = f"[trajectory, {', '.join(map(str, self.shape))}]"
            raise SchemaError("the starts have the wrong shape", where=self.spec.title, expected=expected,
                              got=f"{starts.shape}", fix="give full fields")  # fmt: skip
        return starts

    def _rows_by_name(self, parameters: Parameters, n_rows: int) -> dict[str, Array]:
        known = {name: np.full(n_rows, value) for name, value in self.setup.law.parameters.items() if value is not None}
        return known | {name: np.broadcast_to(np.asarray(v, float), (n_rows,)) for name, v in parameters.items()}

    def _march(
        self, starts: Array, parameters: Parameters, dt: float, n_points: int, setup: Setup, refine: int
    ) -> Array:
        check_request(dt, n_points, where=self.spec.title)
        law, dims = setup.law, len(setup.points)
        rows = rows_of(
            list(law.parameters), self._rows_by_name(parameters, len(starts)), len(starts), where=self.spec.title
        )
        out = np.empty((len(starts), n_points, *starts.shape[1:]))
        out[:, 0] = starts
        view = out.reshape(*out.shape[: 3 + dims], *[1] * (3 - dims))
        report = np.zeros((len(starts), 2))
        cells = setup.cells()
        scratch = max(1, law.scratch(max(setup.points)))

        def work(first: int, last: int) -> None:
            march(
                law.line, law.pace, law.local, view, rows, setup.method, setup.cfl / refine, dt, cells, setup.ends,
                law.order(dims), law.normal(dims), setup.given, law.guarded, scratch, report, first, last,
            )  # fmt: skip

        share(work, len(starts))
        refuse_failures(report, out, setup, rows, dt)
        return out


class FiniteVolume(Engine):
    """Conservation laws in 1 to 3 dimensions by finite volumes."""

    name: ClassVar[str] = "finite_volume"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> FiniteVolumeSimulator:
        return FiniteVolumeSimulator(read_setup(spec, resolution))
