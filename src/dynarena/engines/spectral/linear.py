"""How a linear part acts on spectra: field by field, or by one matrix a wavenumber where it couples fields."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Array, Arrays, Terms
from dynarena.engines.spectral.phi import phi
from dynarena.engines.spectral.phi_matrix import phi_matrix

Complex = NDArray[np.complex128]


class Linear(Protocol):
    """u_t = symbol u, and the functions phi_k of it that exponential integrators take."""

    def phi(self, h: float) -> tuple[Complex, Complex, Complex, Complex]:
        """phi_0 … phi_3 of h x symbol."""
        ...

    def multiplier(self, symbol: Complex) -> Array:
        """A function of the symbol made ready for `combine`."""
        ...

    def combine(self, out: Array, base: Array | None, terms: Terms) -> Array:
        """base + sum of multiplier x spectrum [field, trajectory, *modes] in `out`, no spectrum itself."""
        ...


class Diagonal:
    """A symbol [field, 1 or trajectory, *modes]."""

    def __init__(self, symbol: Complex, arrays: Arrays) -> None:
        self._symbol = symbol
        self.multiplier = arrays.multiplier
        self.combine = arrays.combine

    def phi(self, h: float) -> tuple[Complex, Complex, Complex, Complex]:
        return phi(self._symbol * h)


class Coupled:
    """A symbol [field, field, 1 or trajectory, *modes]: exact for linear systems, second order in time among them."""

    def __init__(self, symbol: Complex, arrays: Arrays) -> None:
        self._symbol = symbol
        self._arrays = arrays

    def phi(self, h: float) -> tuple[Complex, Complex, Complex, Complex]:
        return phi_matrix(self._symbol * h)

    def multiplier(self, symbol: Complex) -> Array:
        """One multiplier an entry, None for those that vanish."""
        ready = self._arrays.multiplier
        return [[ready(np.ascontiguousarray(entry)) if entry.any() else None for entry in row] for row in symbol]

    def combine(self, out: Array, base: Array | None, terms: Terms) -> Array:
        for row, target in enumerate(out):
            entries = [
                (entry, source)
                for multiplier, spectrum in terms
                for entry, source in zip(multiplier[row], spectrum, strict=True)
                if entry is not None
            ]
            onto = None if base is None else target if base is out else base[row]
            if entries:
                self._arrays.combine(target, onto, entries)
            elif onto is not target:
                target[...] = 0.0 if onto is None else onto
        return out
