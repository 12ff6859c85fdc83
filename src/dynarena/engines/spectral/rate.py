"""The rate of change of fields by a system's equations, on its grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Reference
from dynarena.engines.spectral.dynamics import Dynamics
from dynarena.engines.spectral.engine import SpectralSimulator
from dynarena.engines.spectral.symbols import Symbols, Values

Real = NDArray[np.float64]


class Rate:
    """F of u_t = F(u) for trajectories with their own parameters, modes that the grid does not keep removed."""

    def __init__(self, simulator: SpectralSimulator, parameters: Values) -> None:
        plan, grid, n_fields = simulator.plan, simulator.box, len(simulator.labels)
        self._dynamics = Dynamics(plan, grid, n_fields, parameters, Reference())
        symbols = Symbols(grid, parameters)
        linear = (
            symbols.coupled(plan.linear, plan.couplings, n_fields)
            if plan.couplings
            else symbols.linear(plan.linear, n_fields)
        )
        self._linear = self._dynamics.linear.multiplier(linear)

    def __call__(self, fields: Real) -> Real:
        """F at fields [trajectory, field, *points], of the same shape."""
        state = self._dynamics.spectrum(fields)
        out = self._dynamics.rest(state, self._dynamics.arrays.like(state))
        return self._dynamics.fields(self._dynamics.linear.combine(out, out, [(self._linear, state)]))
