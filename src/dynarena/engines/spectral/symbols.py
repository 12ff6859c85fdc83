"""The numbers behind a plan's weights, for a chunk of trajectories with their own parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Reference
from dynarena.engines.spectral.grid import Grid, Operator
from dynarena.engines.spectral.phi import cosine_sine, exponential
from dynarena.engines.spectral.plan import Coefficient, Coupling, Group, Weight
from dynarena.engines.spectral.terms import Atom
from dynarena.equations.evaluate import evaluate

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Values = Mapping[str, Real]

PORTABLE: dict[str, Callable[..., Any]] = {
    "cos": lambda angle: cosine_sine(angle)[0],
    "exp": lambda z: exponential(np.asarray(z, dtype=np.complex128)).real.copy(),
    "sin": lambda angle: cosine_sine(angle)[1],
}
"""Functions whose bits depend on no mathematical library."""


class Symbols:
    """Coefficients [1 or trajectory, …] of the parameters: one row where every trajectory has the same."""

    def __init__(self, grid: Grid, parameters: Values) -> None:
        self.grid = grid
        self.mask = grid.mask()
        self.scale = 1.0 / float(prod(grid.points))
        same = all(np.all(values == values[:1]) for values in parameters.values())
        self._parameters = {
            name: np.array(values[:1] if same else values, dtype=np.float64) for name, values in parameters.items()
        }
        self._axes = (1,) * len(grid.points)

    def coefficient(self, coefficient: Coefficient) -> Real:
        """[1 or trajectory, 1 an axis]."""
        value = np.full((1, *self._axes), float(coefficient.number))
        for constant in coefficient.constants:
            value = value * np.reshape(evaluate(constant, self._parameters, PORTABLE), (-1, *self._axes))
        return value

    def weight(self, weight: Weight, scale: float = 1.0) -> Complex:
        """scale x coefficient x operator on the kept modes, [1 or trajectory, *modes]."""
        return self.coefficient(weight.coefficient) * scale * self.operator(weight.operator)

    def operator(self, operator: Operator) -> Complex:
        """An operator on the kept modes, [*modes]."""
        return self.grid.symbol(operator) * self.mask

    def atom(self, atom: Atom) -> Complex | None:
        """The operator of an atom, None for the identity."""
        return None if atom.operator.trivial else self.operator(atom.operator)

    def totals(self, weights: Sequence[Weight], scale: float = 1.0) -> dict[int, Complex]:
        """The sum of the weights of each equation."""
        out: dict[int, Complex] = {}
        for weight in weights:
            symbol = self.weight(weight, scale)
            out[weight.equation] = out[weight.equation] + symbol if weight.equation in out else symbol
        return out

    def linear(self, weights: Sequence[Weight], n_fields: int) -> Complex:
        """The diagonal part, [field, 1 or trajectory, *modes]."""
        zero = np.zeros((1, *self.mask.shape), dtype=np.complex128)
        rows = self.totals(weights)
        return np.stack(np.broadcast_arrays(*[zero + rows.get(field, zero) for field in range(n_fields)]))

    def coupled(self, weights: Sequence[Weight], couplings: Sequence[Coupling], n_fields: int) -> Complex:
        """The whole linear part, [field of the equation, field that it takes, 1 or trajectory, *modes]."""
        rows = self.linear(weights, n_fields)
        out = np.zeros((n_fields, *rows.shape), dtype=np.complex128)
        for field in range(n_fields):
            out[field, field] = rows[field]
        for link in couplings:
            part = self.weight(link.weight)
            if len(part) > out.shape[2]:
                out = np.repeat(out, len(part), axis=2)
            out[link.weight.equation, link.atom.field] += part
        return out

    def forcing(self, groups: Sequence[Group]) -> dict[int, Complex]:
        """The spectra of what depends on no field, [1 or trajectory, *modes] for each equation that has one."""
        reference = Reference()
        out: dict[int, Complex] = {}
        for group in groups:
            spectrum = reference.forward(self._sum(group), self.grid.kept)
            for equation, symbol in self.totals(group.weights, self.scale).items():
                part = reference.product(reference.multiplier(symbol), spectrum)
                out[equation] = out[equation] + part if equation in out else part
        return out

    def values(self) -> dict[str, Real]:
        """Parameters and coordinates, shaped to broadcast over [trajectory, *points]."""
        out = {name: np.reshape(values, (-1, *self._axes)) for name, values in self._parameters.items()}
        for axis, (name, values) in enumerate(self.grid.coordinates().items()):
            shape = [1] * (len(self._axes) + 1)
            shape[axis + 1] = -1
            out[name] = values.reshape(shape)
        return out

    def _sum(self, group: Group) -> Real:
        total = np.zeros((1, *self.grid.points))
        for coefficient, product in group.parts:
            value = self.coefficient(coefficient)
            for factor in product:
                if not isinstance(factor, Atom):
                    value = value * evaluate(factor.expression, self.values(), PORTABLE)
            total = total + value
        return total
