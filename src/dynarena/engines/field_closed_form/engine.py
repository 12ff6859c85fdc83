"""The engine `field_closed_form`: fields sampled from the formula of their solution, without a step."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters, Simulator
from dynarena.engines.bounds import check_duration, check_request
from dynarena.engines.elementary import array_functions
from dynarena.engines.field_box import PERIODIC, Box, field_box
from dynarena.engines.field_closed_form.check import refuse_wrong
from dynarena.engines.field_closed_form.formula import Formula, read_formula
from dynarena.engines.field_closed_form.sampling import extended_functions, sample
from dynarena.engines.field_erf import double_erf
from dynarena.engines.laws import drawn_parameters, rows_of
from dynarena.engines.parallel import share
from dynarena.engines.streams import Streams
from dynarena.errors import DataError, SchemaError
from dynarena.schema.system import SystemSpec

BOUNDARIES = (PERIODIC, "reflecting", "open")


class FieldSolution(Simulator):
    """u(x, t) by its formula, [field, x[, y[, z]]], at any time.

    A full state is [time, *drawn]: what the law of starts draws (`box`) and derives (`options`) rules the solution for
    all times. The first axis of time is the trajectory's own: a formula begins at t = 0.
    """

    def __init__(self, spec: SystemSpec, box: Box, formula: Formula) -> None:
        self.spec = spec
        self.box = box
        self.formula = formula
        self.labels = formula.state
        self.dims = ("field", *box.axes)
        self.shape = (len(self.labels), *box.points)
        self.grid = box.coordinates()

    @property
    def full_shape(self) -> tuple[int, ...]:
        """(1 + number of drawn quantities,)."""
        return (1 + len(self.formula.drawn.names),)

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter of each trajectory; those that a split spreads are uniform in its range."""
        return drawn_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """Time 0 and the drawn quantities, [trajectory, 1 + drawn]."""
        values = self.formula.drawn.values(self.spec, streams, parameters, split)
        return np.stack([np.zeros(len(streams)), *values.values()], axis=1)

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The same quantities, `duration` later."""
        check_duration(duration, where=self.spec.title)
        later = np.array(state, dtype=np.float64)
        later[:, 0] += duration
        return later

    def after(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """Full states at the last of the points of `run`."""
        return self.advance(start, parameters, (n_points - 1) * dt)

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """The formula at every dt, [trajectory, time, field, x[, y[, z]]]; `refine` changes nothing.

        Raises DataError naming trajectory, field and time where the formula has no finite value.
        """
        return self._sampled(start, parameters, dt, n_points, exact=False)

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The formula in extended precision with the platform's own functions, rounded once."""
        return self._sampled(start, parameters, dt, n_points, exact=True)

    def _sampled(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, exact: bool) -> Array:
        check_request(dt, n_points, where=self.spec.title)
        rows = np.asarray(start, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1:] != self.full_shape:
            raise SchemaError(
                "the starts have the wrong shape",
                where=self.spec.title,
                expected=f"[trajectory, {self.full_shape[0]}]",
                got=str(rows.shape),
                fix="give one row a trajectory",
            )
        given = rows_of(tuple(self.spec.parameters), parameters, len(rows), where=self.spec.title)
        names = (*self.spec.parameters, *self.formula.drawn.names)
        values = np.concatenate([given, rows[:, 1:]], axis=1)
        functions = extended_functions() if exact else array_functions() | {"erf": double_erf}
        kind = np.longdouble if exact else np.float64
        out = np.empty((len(rows), n_points, *self.shape))

        def work(first: int, last: int) -> None:
            for row in range(first, last):
                named = dict(zip(names, values[row].astype(kind), strict=True))
                times = (rows[row, 0] + dt * np.arange(n_points, dtype=np.float64)).astype(kind)
                grid = {axis: points.astype(kind) for axis, points in self.grid.items()}
                sample(self.formula, grid, times, named, functions, out[row])

        share(work, len(rows))
        self._refuse(out, rows[:, 0], dt)
        return out

    def _refuse(self, states: Array, begin: Array, dt: float) -> None:
        finite = np.isfinite(states).reshape(*states.shape[:3], -1).all(axis=-1)
        if finite.all():
            return
        row, point, field = (int(k) for k in np.argwhere(~finite)[0])
        raise DataError(
            "the formula has no finite value", where=f"{self.spec.title}, trajectory {row} of {len(states)}",
            expected=f"finite {self.labels[field]}", got=f"none at t = {begin[row] + point * dt:.6g}",
            fix="take parameters, starts or times within the formula's range",
        )  # fmt: skip


class FieldClosedForm(Engine):
    """Fields from formulas: `equations` state the law, each field's key in [solver] its solution."""

    name: ClassVar[str] = "field_closed_form"
    continues: ClassVar[bool] = False

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> FieldSolution:
        """The solution on the file's grid. Raises SchemaError or EquationError where the file does not fit."""
        box = field_box(spec, resolution, BOUNDARIES)
        solution = FieldSolution(spec, box, read_formula(spec, box))
        refuse_wrong(solution, solution.formula)
        return solution
