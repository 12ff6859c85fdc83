"""Maps of points: y[n + 1] = f(y[n], p); the unit of time is one iteration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters
from dynarena.engines.ensemble import trajectories
from dynarena.engines.points import PointSimulator
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import POINTWISE
from dynarena.errors import SchemaError, UsageError
from dynarena.schema.system import SystemSpec

DIGITS = 60


class Iteration(PointSimulator):
    """A map, iterated exactly as written; a sampling step is a whole number of iterations."""

    def __init__(self, spec: SystemSpec) -> None:
        super().__init__(spec)
        if spec.solver:
            raise SchemaError(
                "a map has no solver", where=f"{spec.title}, solver", got=str(dict(spec.solver)), fix="remove it"
            )

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states after the duration, rounded up to whole iterations."""
        count = int(np.ceil(duration * (1 - 1e-12)))
        return self.run(state, parameters, count, 2)[:, -1] if count > 0 else np.array(state, dtype=np.float64)

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """Trajectories sampled every dt iterations, [trajectory, time, component]; `refine` changes nothing.

        Raises UsageError unless dt is a positive whole number.
        """
        starts = np.ascontiguousarray(start, dtype=np.float64)
        rows = self.parameter_rows(parameters, starts.shape[0])
        return trajectories("iteration", self.function, starts, rows, 1.0, self._iterations(dt), n_points)

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same in 60-digit arithmetic, rounded once for each point."""
        import mpmath

        with mpmath.workdps(DIGITS):
            return self._exactly(np.asarray(start, dtype=np.float64), parameters, self._iterations(dt), n_points)

    def _exactly(self, start: Array, parameters: Parameters, stride: int, n_points: int) -> Array:
        out = np.empty((start.shape[0], n_points, start.shape[1]))
        functions = _exact_functions()
        rows = self.parameter_rows(parameters, start.shape[0])
        fixed = {name: _exact(rows[:, k]) for k, name in enumerate(self.system.parameters)}
        state = _exact(start)
        for point in range(n_points):
            out[:, point] = state.astype(np.float64)
            for _ in range(stride if point < n_points - 1 else 0):
                state = self._next(state, fixed, functions)
        return out

    def _next(self, state: Any, fixed: dict[str, Any], functions: dict[str, Callable[..., Any]]) -> Any:
        if self.system.indexed is not None:
            spread = {name: column[:, None] for name, column in fixed.items()}
            return evaluate(self.system.equations[0], {self.system.indexed: state, **spread}, functions)
        values = {name: state[:, k] for k, name in enumerate(self.system.state)} | fixed
        columns = [evaluate(tree, values, functions) for tree in self.system.equations]
        return np.stack([np.broadcast_to(column, state.shape[:1]) for column in columns], axis=1)

    def _iterations(self, dt: float) -> int:
        if dt < 1 or dt != round(dt):
            expected, got = "a whole number of iterations, at least 1", f"dt = {dt}"
            what = "a map cannot be sampled there"
            raise UsageError(what, where=self.spec.title, expected=expected, got=got, fix="round dt")
        return int(dt)


class Map(Engine):
    """Iterated maps."""

    name: ClassVar[str] = "map"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> Iteration:
        """The iteration of a system's equations. `resolution` does not apply to points."""
        del resolution
        return Iteration(spec)


def _exact(values: Array) -> Any:
    import mpmath

    return np.frompyfunc(lambda value: mpmath.mpf(float(value)), 1, 1)(values)


def _exact_functions() -> dict[str, Callable[..., Any]]:
    import mpmath

    special = {"abs": abs, "sign": mpmath.sign}
    names = POINTWISE - {"min", "max", "where"}
    return {name: np.frompyfunc(special.get(name) or getattr(mpmath, name), 1, 1) for name in names}
