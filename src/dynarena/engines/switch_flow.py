"""Flows with kinks and jumps: |x|, sign, min, max and where, with events that keep the method's order."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np

from dynarena.engines.base import Array, Parameters
from dynarena.engines.bounds import check_request, check_starts, refuse_unbounded
from dynarena.engines.ode import Flow
from dynarena.engines.parallel import share
from dynarena.engines.piecewise import piecewise
from dynarena.engines.piecewise_code import component_trees, piecewise_code
from dynarena.engines.piecewise_growth import PiecewiseGrowth
from dynarena.engines.switch_trees import Pieces, pieces
from dynarena.engines.tangent import Growth
from dynarena.equations.points import PointSystem


def switches(system: PointSystem) -> Pieces:
    """The pieces of a system's right-hand side; without surfaces it is smooth."""
    return pieces(*component_trees(system))


class SwitchingFlow(Flow):
    """An autonomous system with a piecewise smooth right-hand side.

    Steps of order 8 as of every flow, cut where the state meets a surface; on a surface that attracts from both sides
    the state slides as Filippov's convention says.
    """

    @cached_property
    def pieces(self) -> Pieces:
        """The right-hand side with its surfaces."""
        return switches(self.system)

    @cached_property
    def code(self) -> tuple[Any, Any, Any, Any]:
        """The compiled field of the pieces, its Jacobian, the surfaces' functions and their gradients."""
        code = piecewise_code(self.system, self.pieces)
        return code.field, code.slopes, code.surfaces, code.normals

    def growth(self, start: Array, parameters: Parameters) -> Growth:
        """The growth of tangent vectors along the flow from these starts, with saltation at the surfaces."""
        starts = check_starts(start, self.shape[0], where=self.spec.title)
        rows, n = self.parameter_rows(parameters, len(starts)), len(self.pieces.surfaces)
        return PiecewiseGrowth(self.code, n, starts, rows, self.tangent_step, self.system.turning)

    def _trajectories(
        self, method: str, start: Array, parameters: Parameters, dt: float, n_points: int, refine: int
    ) -> Array:
        """By `runge_kutta`, or `extrapolation`, which finds its crossings by bisection."""
        check_request(dt, n_points, where=self.spec.title)
        starts = check_starts(start, self.shape[0], where=self.spec.title)
        substeps = refine * math.ceil(dt / self.step * (1 - 1e-12))
        out = np.empty((len(starts), n_points, self.shape[0]))
        out[:, 0] = starts
        p, h, n = self.parameter_rows(parameters, len(starts)), dt / substeps, len(self.pieces.surfaces)
        turning = np.array(self.system.turning, dtype=np.int64)
        checking, code = method == "extrapolation", self.code

        def cut(first: int, last: int) -> None:
            piecewise(*code, p, n, h, substeps, checking, turning, out, first, last)

        share(cut, len(starts))
        refuse_unbounded(out, self.labels, dt, where=self.spec.title)
        return out
