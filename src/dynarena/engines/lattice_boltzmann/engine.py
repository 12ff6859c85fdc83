"""The engine `lattice_boltzmann`: flows in channels, cavities and past obstacles."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Array, Engine, Parameters, Simulator
from dynarena.engines.bounds import check_duration, check_request
from dynarena.engines.elementary import array_functions
from dynarena.engines.field_box import Box, field_box
from dynarena.engines.lattice_boltzmann.flow import STATE, Flow, read_flow
from dynarena.engines.lattice_boltzmann.grids import doubled, halved, slopes
from dynarena.engines.lattice_boltzmann.kernel import fields, march, populations, settle
from dynarena.engines.lattice_boltzmann.lattice import BOUNDARIES
from dynarena.engines.laws import drawn_parameters
from dynarena.engines.parallel import share
from dynarena.engines.streams import Streams
from dynarena.equations.evaluate import evaluate
from dynarena.equations.tree import Expr
from dynarena.errors import DataError, SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

FASTEST = 0.25  # cells a step: beyond it the error of the compressible method outgrows that of the grid
SLOWEST_RATE, FASTEST_RATE = 0.02, 1.999  # of relaxation: thinner or thicker fluids need another step or grid


class LatticeFlow(Simulator):
    """u_t + u.grad u = -grad p + nu lap u + force, div u = 0, [field, x, y] with fields u, v, p and wall.

    `wall` is the distance to the obstacle's surface, negative inside; it does not change. The flow starts from u, v, p
    with the stresses of the velocity's slopes.
    """

    rough: ClassVar[bool] = True

    def __init__(self, spec: SystemSpec, box: Box, flow: Flow) -> None:
        self.spec = spec
        self.box = box
        self.flow = flow
        self.labels = STATE
        self.dims = ("field", *box.axes)
        self.shape = (len(STATE), *box.points)
        self.grid = box.coordinates()

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter of each trajectory; those that a split spreads are uniform in its range."""
        return drawn_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """The velocity and the obstacle by the file's expressions, pressure 0, [trajectory, field, x, y]."""
        drawn = self.flow.drawn.values(self.spec, streams, parameters, split)
        out = np.zeros((len(streams), *self.shape))
        for row in range(len(streams)):
            values = {name: column[row] for name, column in (dict(parameters) | drawn).items()}
            values |= {"x": self.grid["x"][:, None], "y": self.grid["y"][None, :]}
            for field, tree in ((0, self.flow.u), (1, self.flow.v), (3, self.flow.wall)):
                out[row, field] = _value(tree, values)
            out[row, :2, out[row, 3] < 0.0] = 0.0
        return out

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states `duration` later."""
        check_duration(duration, where=self.spec.title)
        if duration == 0:
            return np.array(state, dtype=np.float64)
        return self.run(state, parameters, duration, 2)[:, 1].copy()

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """By steps of at most `step` / refine, [trajectory, time, field, x, y].

        Raises DataError naming trajectory and time where the flow leaves the method's range.
        """
        return self.sampled(start, parameters, dt, n_points, step=self.flow.step / refine)[0]

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same with half the step on cells half as large, seen at the middles of the cells."""
        starts = np.asarray(start, dtype=np.float64)
        ring = tuple(kind == "periodic" for kind in self.box.boundary)
        periodic = (ring[0], ring[1])
        fine = Box(self.box.lengths, (2 * self.box.points[0], 2 * self.box.points[1]), self.box.boundary)
        other = LatticeFlow(self.spec, fine, self.flow)
        begin = halved(starts, periodic=periodic)
        begin[:, :2] *= (begin[:, 3] >= 0.0)[:, None]
        path = doubled(other.sampled(begin, parameters, dt, n_points, step=self.flow.step / 2)[0])
        path[:, :, :3] *= (starts[:, 3] >= 0.0)[:, None, None]
        path[:, :, 3] = starts[:, None, 3]
        path[:, 0] = starts
        return path

    def sampled(
        self, start: Array, parameters: Parameters, dt: float, n_points: int, *, step: float
    ) -> tuple[Array, Array]:
        """States [trajectory, time, field, x, y] and the force on the obstacles [trajectory, time, (x, y)]."""
        check_request(dt, n_points, where=self.spec.title)
        starts = np.ascontiguousarray(start, dtype=np.float64)
        if starts.shape[1:] != self.shape:
            raise SchemaError("the starts have the wrong shape", where=self.spec.title,
                              expected=f"[trajectory, {self.shape}]", got=str(starts.shape))  # fmt: skip
        for name in self.spec.parameters:
            if name not in parameters:
                raise UnknownName.among("parameter", name, parameters, where=self.spec.title)
        n_steps = max(1, ceil(dt / step * (1.0 - 1e-12)))
        out = np.empty((len(starts), n_points, *self.shape))
        drag = np.zeros((len(starts), n_points, 2))
        laws = [self._law({k: float(np.broadcast_to(v, len(starts))[row]) for k, v in parameters.items()},
                          dt / n_steps, starts[row], row) for row in range(len(starts))]  # fmt: skip

        def work(first: int, last: int) -> None:
            for row in range(first, last):
                self._march(out[row], drag[row], starts[row], laws[row], n_steps)

        share(work, len(starts))
        self._refuse(out, dt)
        return out, drag

    def _law(self, values: dict[str, float], step: float, start: Array, row: int) -> dict[str, Any]:
        """Scales and lattice numbers of one trajectory. Raises SchemaError where they are out of the method's range."""
        h = self.box.spacing[0]
        speed = step / h  # cells a step of unit velocity
        rate = 1.0 / (0.5 + 3.0 * float(_value(self.flow.nu, values)) * step / (h * h))
        inflow = np.broadcast_to(_value(self.flow.inflow, values | {"y": self.grid["y"]}), self.box.points[1:])
        lid = np.broadcast_to(_value(self.flow.lid, values | {"x": self.grid["x"]}), self.box.points[:1])
        fastest = speed * max(float(np.abs(part).max()) for part in (inflow, lid, start[:2]))
        where = f"{self.spec.title}, trajectory {row}"
        if fastest > FASTEST:
            raise SchemaError(
                "the flow is too fast for the step",
                where=where,
                expected=f"at most {FASTEST} cells a step",
                got=f"{fastest:.3g}",
                fix=f"take a step of {step * FASTEST / fastest:.3g} or less",
            )
        if not SLOWEST_RATE <= rate <= FASTEST_RATE:
            raise SchemaError(
                "the viscosity does not fit step and grid",
                where=where,
                expected=f"a relaxation rate of {SLOWEST_RATE} to {FASTEST_RATE}",
                got=f"{rate:.6g}",
                fix="take a finer grid (thin fluids) or a smaller step",
            )
        force = float(_value(self.flow.force, values)) * step * step / h
        return {"rate": rate, "speed": speed, "inflow": np.ascontiguousarray(inflow * speed),
                "lid": np.ascontiguousarray(lid * speed), "force": force}  # fmt: skip

    def _march(self, out: Array, drag: Array, start: Array, law: dict[str, Any], n_steps: int) -> None:
        level = np.ascontiguousarray(start[3])
        kinds: NDArray[np.int64] = np.array([BOUNDARIES[kind] for kind in self.box.boundary], dtype=np.int64)
        scale = np.array([law["speed"], law["speed"], law["speed"] ** 2])[:, None, None]
        state = np.ascontiguousarray(start[:3] * scale)
        ring = tuple(kind == "periodic" for kind in self.box.boundary)
        du = slopes(state[0], 1.0, periodic=(ring[0], ring[1]))
        dv = slopes(state[1], 1.0, periodic=(ring[0], ring[1]))
        f, after = np.zeros((2, 9, *self.box.points))
        populations(state, np.stack([*du, *dv]), level, law["rate"], law["force"], f)
        out[0] = start
        push = np.zeros(2)
        settle(f, after, level, kinds, law["inflow"], law["lid"], law["force"], law["rate"], state, push)
        for point in range(1, len(out)):
            march(f, after, level, kinds, law["inflow"], law["lid"], law["force"], law["rate"], n_steps, push)
            fields(f, level, law["force"], state)
            out[point, :3] = state / scale
            out[point, 3] = level
            drag[point] = push * (self.box.spacing[0] / law["speed"] ** 2)

    def _refuse(self, states: Array, dt: float) -> None:
        last = np.isfinite(states[:, -1]).reshape(len(states), -1).all(axis=1)
        if last.all():
            return
        row = int(np.argmin(last))
        point = int(np.argmin(np.isfinite(states[row]).reshape(states.shape[1], -1).all(axis=1)))
        raise DataError(
            "the flow left all bounds",
            where=f"{self.spec.title}, trajectory {row} of {len(states)}, t = {point * dt:.6g}",
            expected="finite fields",
            got="overflow",
            fix="take a finer grid, a smaller step or a thicker fluid",
        )


class LatticeBoltzmann(Engine):
    """Two-dimensional incompressible flow on D2Q9 with two relaxation times."""

    name: ClassVar[str] = "lattice_boltzmann"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> LatticeFlow:
        """The flow on the file's grid. Raises SchemaError or EquationError where the file does not fit.

        At another `resolution` the step keeps its ratio to the cells.
        """
        box = field_box(spec, resolution, tuple(BOUNDARIES), dims=(2,))
        flow = read_flow(spec, box)
        if resolution is not None and spec.domain is not None:
            flow = replace(flow, step=flow.step * spec.domain.points[0] / box.points[0])
        if not flow.step > 0:
            raise SchemaError("the step is not positive", where=f"{spec.title}, [solver]", expected="step > 0",
                              got=f"{flow.step}", fix="raise it")  # fmt: skip
        return LatticeFlow(spec, box, flow)


def _value(tree: Expr, values: Any) -> Array:
    return np.asarray(evaluate(tree, values, array_functions()), dtype=np.float64)
