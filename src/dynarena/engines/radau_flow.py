"""Stiff flows of points: y' = f(y, p) by an L-stable method of order 9 that halves its steps where fronts demand it."""

from __future__ import annotations

import math
from functools import cached_property
from types import ModuleType

import numpy as np

from dynarena.engines.base import Array, Parameters
from dynarena.engines.bounds import check_request, check_starts, refuse_unbounded
from dynarena.engines.compiled import linearised
from dynarena.engines.ode import Flow
from dynarena.engines.parallel import share
from dynarena.engines.piecewise_code import field_code
from dynarena.engines.radau import radau
from dynarena.engines.radau_coefficients import radau_tableau
from dynarena.engines.radau_explicit import halved_extrapolation
from dynarena.engines.radau_growth import StiffGrowth
from dynarena.engines.tangent import Growth
from dynarena.equations.constants import constant
from dynarena.errors import SchemaError
from dynarena.schema.system import SystemSpec

STAGES = 5
TOLERANCE = 1e-12
TANGENT_TOLERANCE = 1e-11
FINEST = 1e-15
SURVEY, RESOLVED = 200, 1.0  # points at which rates are read; the step of tangents times the fastest


class ImplicitFlow(Flow):
    """A stiff autonomous system of ordinary differential equations.

    Between two points lie ceil(dt / step) equal steps of Radau IIA with five stages. Each is halved until the estimated
    local error is below `tolerance` (1e-12 unless the file's [solver] table says otherwise) of each component's size, a
    component counting as at least a thousandth of the largest. What happens between two points depends on the first
    alone.
    """

    def __init__(self, spec: SystemSpec) -> None:
        super().__init__(spec)
        self.tolerance = _tolerance(spec)

    @cached_property
    def field(self) -> ModuleType:
        """The compiled right-hand side `field` and Jacobian `slopes`."""
        return field_code(self.system)

    def growth(self, start: Array, parameters: Parameters) -> Growth:
        """Tangent vectors by an explicit method, whose steps resolve the fastest mode met from these starts."""
        starts = check_starts(start, self.shape[0], where=self.spec.title)
        rows = self.parameter_rows(parameters, len(starts))
        met = self.run(starts, parameters, self.step, SURVEY)
        spread = {name: np.repeat(np.broadcast_to(np.asarray(v, float), (len(starts),)), SURVEY)
                  for name, v in parameters.items()}  # fmt: skip
        slopes = self.jacobian(met.reshape(-1, self.shape[0]), spread)
        fastest = float(np.abs(np.linalg.eigvals(slopes)).max())
        step = min(self.step, RESOLVED / max(fastest, 1e-300))
        return StiffGrowth(linearised(self.system), starts, rows, step, TANGENT_TOLERANCE, self.turning)

    def _trajectories(
        self, method: str, start: Array, parameters: Parameters, dt: float, n_points: int, refine: int
    ) -> Array:
        """By `runge_kutta` (Radau IIA) or, independently, by `extrapolation` (explicit, order 10, halved likewise)."""
        check_request(dt, n_points, where=self.spec.title)
        starts = check_starts(start, self.shape[0], where=self.spec.title)
        substeps = refine * math.ceil(dt / self.step * (1 - 1e-12))
        out = np.empty((len(starts), n_points, self.shape[0]))
        out[:, 0] = starts
        p = self.parameter_rows(parameters, len(starts))
        turning = np.array(self.system.turning, dtype=np.int64)
        h, field, slopes = dt / substeps, self.field.field, self.field.slopes
        tableau = radau_tableau(STAGES)  # before threads part: mpmath's precision belongs to the whole process

        def implicit(first: int, last: int) -> None:
            limit = estimate_limit(self.tolerance / refine ** (2 * STAGES))
            radau(field, slopes, p, h, substeps, limit, tableau, turning, out, first, last)

        def explicit(first: int, last: int) -> None:
            halved_extrapolation(field, p, h, substeps, self.tolerance / 10, turning, out, first, last)

        share({"runge_kutta": implicit, "extrapolation": explicit}[method], len(starts))
        refuse_unbounded(out, self.labels, dt, where=self.spec.title)
        return out


def estimate_limit(tolerance: float, stages: int = STAGES) -> float:
    """The limit of the estimate of order s that keeps the error of order 2s - 1 near a tolerance.

    Source: Hairer and Wanner (1999), J. Comput. Appl. Math. 111, 93: a tenth of tolerance^((s + 1)/(2 s)).
    """
    return float(f"{0.1 * max(tolerance, FINEST) ** ((stages + 1) / (2 * stages)):.3g}")


def _tolerance(spec: SystemSpec) -> float:
    quantity = spec.solver.get("tolerance", TOLERANCE)
    value = math.nan if isinstance(quantity, bool) else constant(quantity, spec.parameters)
    if not FINEST <= value <= 1e-2:
        raise SchemaError("the tolerance is out of range", where=f"{spec.title}, solver.tolerance",
                          expected=f"{FINEST:g} to 0.01", got=str(quantity), fix="1e-12 is a good choice")  # fmt: skip
    return value
