"""Maps of points: y[n + 1] = f(y[n], p); the unit of time is one iteration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters
from dynarena.engines.bounds import BOUND, check_duration, check_request, check_starts, refuse_unbounded
from dynarena.engines.ensemble import trajectories
from dynarena.engines.points import PointSimulator
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import POINTWISE
from dynarena.errors import SchemaError, UsageError
from dynarena.schema.system import SystemSpec

DIGITS = 60


class Iteration(PointSimulator):
    """A map, iterated in double precision in the order written; a sampling step is a whole number of iterations.

    What `angles` names is brought back to [0, 2 pi) after every iteration, by an arithmetic that knows 2 pi to 106
    bits. Every operation rounds to 53 bits, and then the map multiplies what was rounded off: orbits are exact as long
    as nothing is (whole numbers, sums of few powers of two), and part from the true ones at the largest exponent
    otherwise, which `verify` shows. Maps whose every operation is exact in binary fractions, such as 2 x mod 1 or the
    tent map of slope 2, lose a bit of the start an iteration and stand still after about 53: write them in radians, or
    with a slope that is not a power of two.
    """

    def __init__(self, spec: SystemSpec) -> None:
        super().__init__(spec)
        if spec.solver:
            raise SchemaError(
                "a map has no solver", where=f"{spec.title}, solver", got=str(dict(spec.solver)), fix="remove it"
            )

    @property
    def turning(self) -> tuple[int, ...]:
        """The places of the angles."""
        return tuple(self.labels.index(name) for name in self.angles)

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states after the duration, rounded up to whole iterations."""
        check_duration(duration, where=self.spec.title)
        count = int(np.ceil(duration * (1 - 1e-12)))
        return self.run(state, parameters, count, 2)[:, -1] if count > 0 else np.array(state, dtype=np.float64)

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """Trajectories sampled every dt iterations, [trajectory, time, component]; `refine` changes nothing.

        Raises UsageError unless dt is a positive whole number, DataError where an orbit leaves the map's domain.
        """
        starts, stride = self._checked(start, dt, n_points), self._iterations(dt)
        rows = self.parameter_rows(parameters, starts.shape[0])
        states = trajectories("iteration", self.function, starts, rows, 1.0, stride, n_points, self.turning)
        self._refuse(states, dt, self.spec.title)
        return states

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same in 60-digit arithmetic, rounded once for each point."""
        import mpmath

        starts, stride = self._checked(start, dt, n_points), self._iterations(dt)
        rows = self.parameter_rows(parameters, starts.shape[0])
        with mpmath.workdps(DIGITS):
            states = np.stack([self._exactly(y, p, stride, n_points) for y, p in zip(starts, rows, strict=True)])
        self._refuse(states, dt, f"{self.spec.title}, in {DIGITS} digits")
        return states

    def _refuse(self, states: Array, dt: float, where: str) -> None:
        """Raise DataError naming the first time at which an orbit is out of bounds: it may come back from a pole."""
        lost = np.flatnonzero(~(np.abs(states) < BOUND).all(axis=(0, 2)))
        if lost.size:
            refuse_unbounded(states[:, : lost[0] + 1], self.labels, dt, where=where)

    def _exactly(self, start: Array, parameters: Array, stride: int, n_points: int) -> Array:
        """One orbit [time, component]; nan from where it meets a pole, where doubles become infinite."""
        out = np.full((n_points, len(start)), np.nan)
        functions = _exact_functions()
        fixed = {name: _exact(parameters[k : k + 1]) for k, name in enumerate(self.system.parameters)}
        state = _exact(start[None, :])
        for point in range(n_points):
            out[point] = state[0].astype(np.float64)
            for _ in range(stride if point < n_points - 1 else 0):
                try:
                    state = self._next(state, fixed, functions)
                except ZeroDivisionError:
                    return out
                for k in self.turning:
                    state[:, k] = functions["turn"](state[:, k])
        return out

    def _next(self, state: Any, fixed: dict[str, Any], functions: dict[str, Callable[..., Any]]) -> Any:
        if self.system.indexed is not None:
            spread = {name: column[:, None] for name, column in fixed.items()}
            whole = evaluate(self.system.equations[0], {self.system.indexed: state, **spread}, functions)
            return np.array(np.broadcast_to(whole, state.shape))
        values = {name: state[:, k] for k, name in enumerate(self.system.state)} | fixed
        columns = [evaluate(tree, values, functions) for tree in self.system.equations]
        return np.stack([np.broadcast_to(column, state.shape[:1]) for column in columns], axis=1)

    def _checked(self, start: Array, dt: float, n_points: int) -> Array:
        check_request(dt, n_points, where=self.spec.title)
        return check_starts(start, self.shape[0], where=self.spec.title)

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
    """The functions of the grammar on real numbers of many digits, and `turn`, an angle's value in [0, 2 pi)."""
    import mpmath

    special = {"abs": abs, "sign": mpmath.sign}
    names = POINTWISE - {"min", "max", "where"}
    functions = {name: special.get(name) or getattr(mpmath, name) for name in names} | {"turn": _turn}
    return {name: np.frompyfunc(_real(function), 1, 1) for name, function in functions.items()}


def _real(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function with nan where its value is not a real number."""
    import mpmath

    def value(argument: Any) -> Any:
        found = function(argument)
        return found if isinstance(found, mpmath.mpf) else mpmath.nan

    return value


def _turn(angle: Any) -> Any:
    import mpmath

    return angle - 2 * mpmath.pi * mpmath.floor(angle / (2 * mpmath.pi)) if mpmath.isfinite(angle) else angle
