"""Exponential time differencing Runge-Kutta methods of order four for u_t = L u + N(u).

L is diagonal in Fourier space or one matrix a wavenumber; linear systems are solved exactly, coefficients are complex
wherever L is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Array
from dynarena.engines.spectral.dynamics import Dynamics

Complex = NDArray[np.complex128]


class Scheme(ABC):
    """A one-step method with step `h` for given dynamics."""

    def __init__(self, dynamics: Dynamics, h: float) -> None:
        self._rest = dynamics.rest
        self._arrays = dynamics.arrays
        self._combine = dynamics.linear.combine
        self._memory: list[Array] = []
        ready = dynamics.linear.multiplier
        half, whole = dynamics.linear.phi(0.5 * h), dynamics.linear.phi(h)
        self._decay_half, self._decay = (ready(values[0]) for values in (half, whole))
        self._weights = [ready(weight) for weight in self.weights(h, half, whole)]

    @abstractmethod
    def weights(self, h: float, half: tuple[Complex, ...], whole: tuple[Complex, ...]) -> list[Complex]:
        """The method's coefficients of N from phi_0 … phi_3 at half a step and at a whole one."""

    @abstractmethod
    def step(self, state: Array) -> Array:
        """The state one step later; the memory of the one given is used again."""

    def _finish(self, state: Array, n_state: Array, n_mid: Array, n_last: Array, out: Array) -> Array:
        """E state + first n_state + middle n_mid + last n_last."""
        weights = zip(self._weights[-3:], (n_state, n_mid, n_last), strict=True)
        return self._combine(out, None, [(self._decay, state), *weights])

    def _buffers(self, state: Array, count: int) -> list[Array]:
        """Arrays like the state, the same ones at every step: fresh memory would cost more than the arithmetic."""
        if not self._memory:
            self._memory = [self._arrays.like(state) for _ in range(count)]
        return self._memory


class CoxMatthews(Scheme):
    """ETDRK4 of Cox and Matthews (2002), J. Comput. Phys. 176, 430; the phi-functions replace their differences."""

    def weights(self, h: float, half: tuple[Complex, ...], whole: tuple[Complex, ...]) -> list[Complex]:
        return [h * 0.5 * half[1], *_quadrature(h, whole)]

    def step(self, state: Array) -> Array:
        combine, rest, quarter = self._combine, self._rest, self._weights[0]
        n_state, n_a, n_b, halfway, a, b = self._buffers(state, 6)
        combine(halfway, None, [(self._decay_half, state)])
        combine(a, halfway, [(quarter, rest(state, n_state))])
        combine(b, halfway, [(quarter, rest(a, n_a))])
        n_a += rest(b, n_b)
        n_b += n_b
        n_b -= n_state
        c = combine(halfway, None, [(self._decay_half, a), (quarter, n_b)])
        out = self._finish(state, n_state, n_a, rest(c, n_b), a)
        self._memory[4] = state
        return out


class Krogstad(Scheme):
    """ETDRK4-B of Krogstad (2005), J. Comput. Phys. 203, 72: other stages, smaller error constants."""

    def weights(self, h: float, half: tuple[Complex, ...], whole: tuple[Complex, ...]) -> list[Complex]:
        stages = [0.5 * half[1], 0.5 * half[1] - half[2], half[2], whole[1] - 2.0 * whole[2], 2.0 * whole[2]]
        return [*(h * stage for stage in stages), *_quadrature(h, whole)]

    def step(self, state: Array) -> Array:
        combine, rest, (a_0, b_0, b_a, c_0, c_b) = self._combine, self._rest, self._weights[:5]
        n_state, n_a, n_b, halfway, stage = self._buffers(state, 5)
        combine(halfway, None, [(self._decay_half, state)])
        combine(stage, halfway, [(a_0, rest(state, n_state))])
        rest(stage, n_a)
        combine(stage, None, [(b_a, n_a), (b_0, n_state)])
        stage += halfway
        rest(stage, n_b)
        combine(stage, None, [(self._decay, state), (c_0, n_state), (c_b, n_b)])
        n_a += n_b
        out = self._finish(state, n_state, n_a, rest(stage, n_b), halfway)
        self._memory[3] = state
        return out


def _quadrature(h: float, whole: tuple[Complex, ...]) -> list[Complex]:
    """The final combination that both methods share."""
    _, one, two, three = whole
    return [h * (one - 3.0 * two + 4.0 * three), h * (2.0 * two - 4.0 * three), h * (4.0 * three - two)]
