"""Flows of points: y' = f(y, p) by a Runge-Kutta method of order 8 with fixed steps."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters
from dynarena.engines.bounds import check_duration, check_request, check_starts, refuse_unbounded
from dynarena.engines.ensemble import trajectories
from dynarena.engines.points import PointSimulator
from dynarena.equations.constants import constant
from dynarena.equations.points import point_system
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

METHODS = {"runge_kutta": ["step", "method"], "radau": ["step", "method", "tolerance"]}


class Flow(PointSimulator):
    """An autonomous system of ordinary differential equations.

    Between two points lie ceil(dt / step) equal steps, `step` from the file's [solver] table.
    """

    def __init__(self, spec: SystemSpec) -> None:
        super().__init__(spec)
        self.step = self.tangent_step = _step(spec)

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states a duration later, in ceil(duration / step) equal steps."""
        check_duration(duration, where=self.spec.title)
        if duration == 0:
            return np.array(state, dtype=np.float64)
        return self._trajectories("runge_kutta", state, parameters, duration, 2, 1)[:, -1]

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """Trajectories by the method of Dormand and Prince, order 8 (DOP853), [trajectory, time, component]."""
        return self._trajectories("runge_kutta", start, parameters, dt, n_points, refine)

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same by Gragg's extrapolated midpoint rule, order 10, with half the step."""
        return self._trajectories("extrapolation", start, parameters, dt, n_points, 2)

    def _trajectories(
        self, method: str, start: Array, parameters: Parameters, dt: float, n_points: int, refine: int
    ) -> Array:
        check_request(dt, n_points, where=self.spec.title)
        substeps = refine * math.ceil(dt / self.step * (1 - 1e-12))
        starts = check_starts(start, self.shape[0], where=self.spec.title)
        rows = self.parameter_rows(parameters, starts.shape[0])
        turning = self.system.turning
        states = trajectories(method, self.function, starts, rows, dt / substeps, substeps, n_points, turning)
        refuse_unbounded(states, self.labels, dt, where=self.spec.title)
        return states


class Ode(Engine):
    """Ordinary differential equations."""

    name: ClassVar[str] = "ode"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> Flow:
        """The flow of a system's equations, by its [solver] method. `resolution` does not apply to points."""
        del resolution
        if _method(spec) == "radau":
            from dynarena.engines.radau_flow import ImplicitFlow

            return ImplicitFlow(spec)
        from dynarena.engines.switch_flow import SwitchingFlow, switches

        return SwitchingFlow(spec) if switches(point_system(spec)).surfaces else Flow(spec)


def _method(spec: SystemSpec) -> str:
    method = str(spec.solver.get("method", "runge_kutta"))
    if method not in METHODS:
        raise UnknownName.among("method", method, METHODS, where=f"{spec.title}, solver.method")
    return method


def _step(spec: SystemSpec) -> float:
    keys = METHODS[_method(spec)]
    for key in spec.solver:
        if key not in keys:
            raise UnknownName.among("key", key, keys, where=f"{spec.title}, solver")
    quantity = spec.solver.get("step")
    if quantity is None or isinstance(quantity, bool):
        raise SchemaError("the flow has no step", where=f"{spec.title}, solver", expected="step = 0.01 or similar",
                          got=str(quantity), fix="state the largest step of the integrator")  # fmt: skip
    step = constant(quantity, spec.parameters, where=f"{spec.title}, solver.step")
    if step <= 0:
        raise SchemaError("the step is not positive", where=f"{spec.title}, solver.step", got=f"{step}", fix="raise it")
    return step
