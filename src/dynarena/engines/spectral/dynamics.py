"""The right-hand side of a system on a grid, in Fourier space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Array, Arrays
from dynarena.engines.spectral.grid import Grid
from dynarena.engines.spectral.linear import Coupled, Diagonal, Linear
from dynarena.engines.spectral.plan import Plan
from dynarena.engines.spectral.products import Products
from dynarena.engines.spectral.symbols import Symbols, Values


class Dynamics:
    """u_t = linear u + rest(u), spectra [field, trajectory, *modes], for a chunk of trajectories."""

    def __init__(self, plan: Plan, grid: Grid, n_fields: int, parameters: Values, arrays: Arrays) -> None:
        symbols = Symbols(grid, parameters)
        ready = arrays.multiplier
        self.grid = grid
        self.arrays = arrays
        self.linear: Linear = (
            Coupled(symbols.coupled(plan.linear, plan.couplings, n_fields), arrays)
            if plan.couplings
            else Diagonal(symbols.linear(plan.linear, n_fields), arrays)
        )
        self._scale = ready((symbols.mask * symbols.scale).astype(np.complex128))
        self._sources = [atom.field for atom in plan.atoms]
        self._slopes = [None if s is None else ready(s) for s in map(symbols.atom, plan.atoms)]
        self._plain = self._sources == list(range(n_fields)) and not any(s is not None for s in self._slopes)
        self._spectra: Array = None
        self._products = Products(plan.atoms, plan.groups, symbols, arrays)
        self._targets = [
            [(equation, ready(symbol)) for equation, symbol in symbols.totals(group.weights, symbols.scale).items()]
            for group in plan.groups
        ]
        self._forcing = {row: arrays.spectrum(part) for row, part in symbols.forcing(plan.forcing).items()}

    def rest(self, state: Array, out: Array) -> Array:
        """Everything but the linear part, dealiased, in `out`."""
        begun: set[int] = set()
        fields = self._atoms(state)
        for group, targets in enumerate(self._targets):
            spectrum = self.arrays.forward(self._products.sum(group, fields), self.grid.kept)
            for equation, multiplier in targets:
                self._add(out, equation, multiplier, spectrum, begun)
        for equation in range(len(state)):
            if equation not in begun:
                out[equation] = 0.0
            if equation in self._forcing:
                out[equation] += self._forcing[equation]
        return out

    def _add(self, out: Array, equation: int, multiplier: Array, spectrum: Array, begun: set[int]) -> None:
        target = out[equation]
        self.arrays.combine(target, target if equation in begun else None, [(multiplier, spectrum)])
        begun.add(equation)

    def spectrum(self, fields: NDArray[np.float64]) -> Array:
        """Amplitudes of fields [trajectory, field, *points], those above the kept modes removed."""
        values = self.arrays.real(np.ascontiguousarray(np.moveaxis(fields, 1, 0)))
        return self.arrays.product(self._scale, self.arrays.forward(values, self.grid.kept))

    def fields(self, state: Array) -> NDArray[np.float64]:
        """Fields [trajectory, field, *points] of amplitudes."""
        return np.moveaxis(self.arrays.numpy(self.arrays.inverse(state, self.grid.points)), 0, 1)

    def _atoms(self, state: Array) -> Array:
        """The values of the atoms, [atom, trajectory, *points], by one inverse transform."""
        if self._plain or not self._sources:
            return self.arrays.inverse(state, self.grid.points) if self._plain else ()
        if self._spectra is None or self._spectra.shape[1:] != state.shape[1:]:
            self._spectra = self.arrays.stack([state[source] for source in self._sources])
        for target, source, slope in zip(self._spectra, self._sources, self._slopes, strict=True):
            if slope is None:
                target[...] = state[source]
            else:
                self.arrays.combine(target, None, [(slope, state[source])])
        return self.arrays.inverse(self._spectra, self.grid.points)
