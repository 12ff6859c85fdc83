"""The engine `elliptic`: maps from coefficients and sources to the field at rest."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters, Simulator
from dynarena.engines.bounds import check_duration, check_request
from dynarena.engines.elementary import array_functions
from dynarena.engines.elliptic_fields.problem import RANDOM, Problem, read_problem
from dynarena.engines.elliptic_fields.solve import FIXED, Mean, arithmetic, harmonic, operator, solve
from dynarena.engines.field_box import PERIODIC, Box, field_box
from dynarena.engines.field_closed_form.check import refuse_wrong
from dynarena.engines.field_erf import double_erf
from dynarena.engines.laws import drawn_parameters, rows_of
from dynarena.engines.parallel import share
from dynarena.engines.streams import Streams
from dynarena.equations.derivative import derivative
from dynarena.equations.evaluate import evaluate
from dynarena.equations.tree import Expr, Name, names_in
from dynarena.errors import SchemaError
from dynarena.schema.system import SystemSpec

BOUNDARIES = (PERIODIC, "reflecting", FIXED)
_FUNCTIONS = {"erf": double_erf}


class StaticProblem(Simulator):
    """0 = div(a grad u) + r(u): inputs, and the unknown u that they rule, [field, x[, y[, z]]].

    At time 0 the unknown is 0; at every later time it is the solution. A full state is [time, *drawn, *law's numbers].
    The grid is solved `finer` times finer than it is shown, by cells of second order; where the file states the
    solution's formula, that is the truth.
    """

    def __init__(self, spec: SystemSpec, box: Box, problem: Problem) -> None:
        self.spec = spec
        self.box = box
        self.problem = problem
        self.labels = (*problem.inputs, problem.unknown)
        self.dims = ("field", *box.axes)
        self.shape = (len(self.labels), *box.points)
        self.grid = box.coordinates()
        self.slope = derivative(problem.reaction, Name(problem.unknown))

    @property
    def full_shape(self) -> tuple[int, ...]:
        """(1 + drawn quantities + numbers of the law,)."""
        return (1 + len(self.problem.drawn.names) + (self.problem.law.count if self.problem.law else 0),)

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter of each trajectory; those that a split spreads are uniform in its range."""
        return drawn_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """Time 0, the drawn quantities and the law's numbers, [trajectory, number]."""
        drawn = self.problem.drawn.values(self.spec, streams, parameters, split)
        head = np.stack([np.zeros(len(streams)), *drawn.values()], axis=1)
        return np.concatenate([head, self.problem.law.draw(streams)], axis=1) if self.problem.law else head

    def hidden(self, streams: Streams, parameters: Parameters, split: str) -> dict[str, Array]:
        """The drawn quantities that stand on the walls or in the equation, [trajectory] each."""
        problem = self.problem
        seen = names_in(problem.edge) | names_in(problem.reaction)
        seen |= {name for tree in problem.diffusivity for name in names_in(tree)}
        drawn = problem.drawn.values(self.spec, streams, parameters, split)
        return {name: values for name, values in drawn.items() if name in seen}

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The same numbers, `duration` later."""
        check_duration(duration, where=self.spec.title)
        later = np.array(state, dtype=np.float64)
        later[:, 0] += duration
        return later

    def after(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """Full states at the last of the points of `run`."""
        return self.advance(start, parameters, (n_points - 1) * dt)

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """Inputs with the unknown at 0, then with the solution, [trajectory, time, field, x[, y[, z]]].

        `refine` = 2 k + 1 makes cells that many times smaller again; what is even is taken one higher.
        """
        return self._shown(start, parameters, dt, n_points, self.problem.finer * (refine | 1), harmonic, exact=True)

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same on finer cells with another mean at their faces; of a stated formula the numerical solution."""
        return self._shown(start, parameters, dt, n_points, self.problem.finer + 2, arithmetic, exact=False)

    def _shown(
        self, start: Array, parameters: Parameters, dt: float, n_points: int, finer: int, mean: Mean, *, exact: bool
    ) -> Array:
        check_request(dt, n_points, where=self.spec.title)
        rows = np.asarray(start, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1:] != self.full_shape:
            expected = f"[trajectory, {self.full_shape[0]}]"
            raise SchemaError("the starts have the wrong shape", where=self.spec.title, expected=expected,
                              got=str(rows.shape), fix="give one row a trajectory")  # fmt: skip
        given = rows_of(tuple(self.spec.parameters), parameters, len(rows), where=self.spec.title)
        out = np.empty((len(rows), n_points, *self.shape))

        def work(first: int, last: int) -> None:
            for row in range(first, last):
                values = dict(zip(self.spec.parameters, given[row], strict=True))
                values |= dict(zip(self.problem.drawn.names, rows[row, 1:], strict=False))
                tail = rows[row, 1 + len(self.problem.drawn.names) :]
                out[row, :, :-1] = self._inputs(values, tail, self.box)
                later = rows[row, 0] + dt * np.arange(n_points) > 0.0
                out[row, ~later, -1] = 0.0
                if later.any():
                    out[row, later, -1] = self._solution(values, tail, finer, mean, exact=exact)

        share(work, len(rows))
        return out

    def _inputs(self, values: dict[str, Any], tail: Array, box: Box) -> Array:
        named = values | _spread(box)
        if self.problem.law is not None:
            named[RANDOM] = self.problem.law.at(tail, box.coordinates())
        fields = [_over(tree, named, box) for tree in self.problem.expressions.values()]
        return np.stack(fields) if fields else np.empty((0, *box.points))

    def _solution(self, values: dict[str, Any], tail: Array, finer: int, mean: Mean, *, exact: bool) -> Array:
        if exact and self.problem.exact is not None:
            return _over(self.problem.exact.steps[self.problem.unknown], values | _spread(self.box), self.box)
        box = Box(self.box.lengths, tuple(n * finer for n in self.box.points), self.box.boundary)
        named = values | _spread(box)
        named |= dict(zip(self.problem.inputs, self._inputs(values, tail, box), strict=True))
        diffusivity = [_over(tree, named, box) for tree in self.problem.diffusivity]
        matrix, b = operator(box, diffusivity, self._edges(values, box), mean)

        def of(tree: Expr, u: Array) -> Array:
            return _over(tree, named | {self.problem.unknown: u.reshape(box.points)}, box).ravel()

        u = solve(matrix, b, lambda u: of(self.problem.reaction, u), lambda u: of(self.slope, u), self.spec.title,
                  linear=self.problem.unknown not in names_in(self.slope))  # fmt: skip
        shown = tuple(
            slice(finer // 2 if kind != PERIODIC else 0, None, finer) for kind in box.boundary
        )  # fmt: skip
        return np.asarray(u.reshape(box.points)[shown])

    def _edges(self, values: dict[str, Any], box: Box) -> list[tuple[Array, Array]]:
        """The unknown at the first and the last wall of each axis."""
        found = []
        for axis, length in zip(box.axes, box.lengths, strict=True):
            shape = tuple(1 if name == axis else n for name, n in zip(box.axes, box.points, strict=True))
            ends = []
            for at in (0.0, length):
                edge = self.problem.exact.steps[self.problem.unknown] if self.problem.exact else self.problem.edge
                value = evaluate(edge, values | _spread(box) | {axis: np.float64(at)}, array_functions() | _FUNCTIONS)
                ends.append(np.broadcast_to(np.asarray(value, np.float64), shape).copy())
            found.append((ends[0], ends[1]))
        return found


class Elliptic(Engine):
    """Static problems from the relaxation law whose rest they are."""

    name: ClassVar[str] = "elliptic"
    continues: ClassVar[bool] = False

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> StaticProblem:
        """The problem on the file's grid. Raises SchemaError or EquationError where the file does not fit."""
        box = field_box(spec, resolution, BOUNDARIES)
        problem = StaticProblem(spec, box, read_problem(spec, box))
        if problem.problem.exact is not None:
            refuse_wrong(problem, problem.problem.exact)
        return problem


def _spread(box: Box) -> dict[str, Array]:
    """The coordinates, shaped to broadcast over the box."""
    n_axes = len(box.axes)
    return {
        name: points.reshape([-1 if k == axis else 1 for k in range(n_axes)])
        for axis, (name, points) in enumerate(box.coordinates().items())
    }


def _over(tree: Expr, values: dict[str, Any], box: Box) -> Array:
    found = evaluate(tree, values, array_functions() | _FUNCTIONS)
    return np.broadcast_to(np.asarray(found, dtype=np.float64), box.points).copy()
