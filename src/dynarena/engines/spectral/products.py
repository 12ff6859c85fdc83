"""The sums of products that a plan takes in physical space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dynarena.engines.spectral.arrays import Array, Arrays, Reference
from dynarena.engines.spectral.plan import Coefficient, Group, Product
from dynarena.engines.spectral.symbols import PORTABLE, Symbols
from dynarena.engines.spectral.terms import Atom, Factor, Pointwise
from dynarena.equations.evaluate import evaluate


class Products:
    """Evaluates a group from the values of its atoms, [trajectory, *points] each."""

    def __init__(self, atoms: Sequence[Atom], groups: Sequence[Group], symbols: Symbols, arrays: Arrays) -> None:
        self._rows = {atom: row for row, atom in enumerate(atoms)}
        self._arrays = arrays
        self._scratch: dict[int, Array] = {}
        self._functions = PORTABLE if isinstance(arrays, Reference) else None
        self._values = {name: arrays.real(value) for name, value in symbols.values().items()}
        self._groups = [[(self._prefactor(c, symbols), product) for c, product in group.parts] for group in groups]

    def sum(self, group: int, fields: Sequence[Array]) -> Array:
        """The group's sum, from the fields of the atoms in their order."""
        total = None
        for part, (prefactor, product) in enumerate(self._groups[group]):
            value = self._product(product, fields, part)
            owned = part in self._scratch and value is self._scratch[part]
            if prefactor is not None:
                value = self._arrays.times(value, prefactor, value) if owned else value * prefactor
            if total is None:
                total, mine = value, owned
            elif mine and total.shape == value.shape:
                total += value
            else:
                total, mine = total + value, False
        return total

    def _prefactor(self, coefficient: Coefficient, symbols: Symbols) -> Array | None:
        value = symbols.coefficient(coefficient)
        return None if np.all(value == 1.0) else self._arrays.real(value)

    def _product(self, product: Product, fields: Sequence[Array], part: int) -> Array:
        first, *others = [self._factor(factor, fields) for factor in product]
        if not others or any(factor.shape != first.shape for factor in others):
            for factor in others:
                first = first * factor
            return first
        if part not in self._scratch:
            self._scratch[part] = self._arrays.like(first)
        for factor in others:
            first = self._arrays.times(first, factor, self._scratch[part])
        return first

    def _factor(self, factor: Factor, fields: Sequence[Array]) -> Array:
        return fields[self._rows[factor]] if isinstance(factor, Atom) else self._pointwise(factor, fields)

    def _pointwise(self, factor: Pointwise, fields: Sequence[Array]) -> Array:
        atoms = {atom.name: fields[self._rows[atom]] for atom in factor.atoms}
        return evaluate(factor.expression, {**self._values, **atoms}, self._functions)
