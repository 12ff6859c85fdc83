"""Exponential time differencing Runge-Kutta methods of order four for u_t = L u + N(u), L diagonal.

Linear systems are solved exactly. Coefficients are complex wherever L is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Array
from dynarena.engines.spectral.dynamics import Dynamics
from dynarena.engines.spectral.phi import phi

Complex = NDArray[np.complex128]


class Scheme(ABC):
    """A one-step method with step `h` for given dynamics."""

    def __init__(self, dynamics: Dynamics, h: float) -> None:
        self._rest = dynamics.rest
        self._product = dynamics.arrays.product
        half, whole = phi(dynamics.linear * (0.5 * h)), phi(dynamics.linear * h)
        self._decay_half, self._decay = (dynamics.arrays.multiplier(values[0]) for values in (half, whole))
        self._weights = [dynamics.arrays.multiplier(weight) for weight in self.weights(h, half, whole)]

    @abstractmethod
    def weights(self, h: float, half: tuple[Complex, ...], whole: tuple[Complex, ...]) -> list[Complex]:
        """The method's coefficients of N from phi_0 … phi_3 at half a step and at a whole one."""

    @abstractmethod
    def step(self, state: Array) -> Array:
        """The state one step later."""


class CoxMatthews(Scheme):
    """ETDRK4 of Cox and Matthews (2002), J. Comput. Phys. 176, 430; the phi-functions replace their differences."""

    def weights(self, h: float, half: tuple[Complex, ...], whole: tuple[Complex, ...]) -> list[Complex]:
        return [h * 0.5 * half[1], *_quadrature(h, whole)]

    def step(self, state: Array) -> Array:
        times, (quarter, first, middle, last) = self._product, self._weights
        n_state = self._rest(state)
        halfway = times(self._decay_half, state)
        a = halfway + times(quarter, n_state)
        n_a = self._rest(a)
        n_b = self._rest(halfway + times(quarter, n_a))
        n_c = self._rest(times(self._decay_half, a) + times(quarter, n_b + n_b - n_state))
        out: Any = times(self._decay, state) + times(first, n_state)
        out += times(middle, n_a + n_b)
        out += times(last, n_c)
        return out


class Krogstad(Scheme):
    """ETDRK4-B of Krogstad (2005), J. Comput. Phys. 203, 72: other stages, smaller error constants."""

    def weights(self, h: float, half: tuple[Complex, ...], whole: tuple[Complex, ...]) -> list[Complex]:
        stages = [0.5 * half[1], 0.5 * half[1] - half[2], half[2], whole[1] - 2.0 * whole[2], 2.0 * whole[2]]
        return [*(h * stage for stage in stages), *_quadrature(h, whole)]

    def step(self, state: Array) -> Array:
        times, (a_0, b_0, b_a, c_0, c_b, first, middle, last) = self._product, self._weights
        n_state = self._rest(state)
        halfway = times(self._decay_half, state)
        n_a = self._rest(halfway + times(a_0, n_state))
        n_b = self._rest(halfway + times(b_0, n_state) + times(b_a, n_a))
        whole = times(self._decay, state)
        n_c = self._rest(whole + times(c_0, n_state) + times(c_b, n_b))
        out: Any = whole + times(first, n_state)
        out += times(middle, n_a + n_b)
        out += times(last, n_c)
        return out


def _quadrature(h: float, whole: tuple[Complex, ...]) -> list[Complex]:
    """The final combination that both methods share."""
    _, one, two, three = whole
    return [h * (one - 3.0 * two + 4.0 * three), h * (2.0 * two - 4.0 * three), h * (4.0 * three - two)]
