"""Laws whose solutions are known: sampled at any time without a step."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters
from dynarena.engines.bounds import check_duration, check_request, check_starts, refuse_unbounded
from dynarena.engines.closed_form_pendulum import swing, swing_in_many_digits
from dynarena.engines.closed_form_rotation import turn, turn_in_many_digits
from dynarena.engines.elementary import array_functions
from dynarena.engines.points import PointSimulator
from dynarena.equations.constants import constant
from dynarena.equations.evaluate import evaluate
from dynarena.equations.tree import names_in
from dynarena.errors import DataError, SchemaError, UnknownName
from dynarena.schema.system import SystemSpec


class Solution(PointSimulator):
    """A flow of points whose solution is known.

    The file states the equations too: they give the right-hand side, the Jacobian and the growth of tangent vectors,
    with the step of its [solver] table.
    """

    def __init__(self, spec: SystemSpec) -> None:
        super().__init__(spec)
        where = f"{spec.title}, solver.step"
        self.tangent_step = constant(_number(spec.solver.get("step", 0.01)), spec.parameters, where=where)
        if not self.tangent_step > 0:
            raise SchemaError("the step is not positive", where=where, got=f"{self.tangent_step}", fix="raise it")

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states a duration later."""
        check_duration(duration, where=self.spec.title)
        if duration == 0:
            return np.array(state, dtype=np.float64)
        return self.run(state, parameters, duration, 2)[:, -1]

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """The solution every dt, [trajectory, time, component]; `refine` changes nothing."""
        states = self._sampled(start, parameters, dt, n_points, exact=False)
        states[:, 0] = start
        return states

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same in arithmetic of 30 digits, rounded once for each point."""
        return self._sampled(start, parameters, dt, n_points, exact=True)

    def _sampled(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, exact: bool) -> Array:
        check_request(dt, n_points, where=self.spec.title)
        starts = check_starts(start, self.shape[0], where=self.spec.title)
        rows = self.parameter_rows(parameters, len(starts))
        named = {name: rows[:, k] for k, name in enumerate(self.system.parameters)}
        states = self.solution(starts, named, dt * np.arange(n_points, dtype=np.float64), exact=exact)
        refuse_unbounded(states, self.labels, dt, where=self.spec.title)
        return states

    @abstractmethod
    def solution(self, start: Array, parameters: Parameters, times: Array, *, exact: bool) -> Array:
        """The states at these times, [trajectory, time, component], in doubles or, if `exact`, in many digits."""


class Pendulum(Solution):
    """theta'' = -omega0^2 sin theta below the top, by Jacobi's elliptic functions.

    sin(theta/2) = k sn(u + omega0 t, k), omega = 2 k omega0 cn(u + omega0 t, k), with k^2 = sin^2(theta/2) +
    (omega/(2 omega0))^2 and u of the start.
    """

    def __init__(self, spec: SystemSpec) -> None:
        super().__init__(spec)
        if self.system.state != ("theta", "omega") or "omega0" not in self.system.parameters:
            expected, got = "state theta, omega; parameter omega0", f"{self.labels}; {self.system.parameters}"
            raise SchemaError("this is no pendulum", where=spec.title, expected=expected, got=got, fix="rename them")

    def solution(self, start: Array, parameters: Parameters, times: Array, *, exact: bool) -> Array:
        """Angle and angular velocity. Raises DataError naming a start that would go over the top."""
        omega0 = parameters["omega0"]
        above = (start[:, 1] / (2 * omega0)) ** 2 - np.cos(0.5 * start[:, 0]) ** 2
        wrong = np.flatnonzero(~((above < 0) & (omega0 > 0) & (np.abs(start[:, 0]) < np.pi)))
        if wrong.size:
            row = int(wrong[0])
            raise DataError(
                "the pendulum does not swing", where=f"{self.spec.title}, trajectory {row} of {len(start)}",
                expected="|theta| < pi, |omega| < 2 omega0 cos(theta/2), omega0 > 0",
                got=f"theta = {start[row, 0]:.6g}, omega = {start[row, 1]:.6g}, omega0 = {omega0[row]:.6g}",
                fix="start lower or slower",
            )  # fmt: skip
        return (swing_in_many_digits if exact else swing)(start, omega0, times)


class Rotation(Solution):
    """x_i' = w_i on a torus: x_i(t) = x_i(0) + w_i t mod 2 pi, with rates w_i that are expressions of parameters."""

    def __init__(self, spec: SystemSpec) -> None:
        super().__init__(spec)
        if self.system.indexed is not None or set(self.angles) != set(self.labels):
            what, expected = "not every component is an angle", f"angles = {list(self.labels)}"
            raise SchemaError(
                what, where=spec.title, expected=expected, got=str(list(self.angles)), fix="name them all"
            )
        for label, tree in zip(self.labels, self.system.equations, strict=True):
            if names_in(tree) & set(self.labels):
                what, where = "a rate depends on the state", f"{spec.title}, equation of {label}"
                raise SchemaError(what, where=where, expected="an expression of parameters", fix='use engine = "ode"')

    @property
    def turning(self) -> tuple[int, ...]:
        """All components."""
        return tuple(range(self.shape[0]))

    def solution(self, start: Array, parameters: Parameters, times: Array, *, exact: bool) -> Array:
        """The angles in [0, 2 pi)."""
        rates = [evaluate(tree, parameters, array_functions()) for tree in self.system.equations]
        columns = np.stack([np.broadcast_to(rate, (len(start),)) for rate in rates], axis=1).astype(np.float64)
        return (turn_in_many_digits if exact else turn)(start, columns, times)


LAWS: dict[str, type[Solution]] = {"pendulum": Pendulum, "rotation": Rotation}


class ClosedForm(Engine):
    """Laws with closed-form solutions; the file names one by `law` in its [solver] table."""

    name: ClassVar[str] = "closed_form"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> Solution:
        """The solution of a system. `resolution` does not apply to points."""
        del resolution
        where = f"{spec.title}, solver"
        for key in spec.solver:
            if key not in ("law", "step"):
                raise UnknownName.among("key", key, ["law", "step"], where=where)
        law = str(spec.solver.get("law", ""))
        if law not in LAWS:
            raise UnknownName.among("law", law, LAWS, where=f"{where}.law")
        return LAWS[law](spec)


def _number(quantity: float | str | bool) -> float | str:
    return float(quantity) if isinstance(quantity, bool) else quantity
