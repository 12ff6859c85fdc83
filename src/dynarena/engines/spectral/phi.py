"""The functions phi_k of exponential integrators, by additions, multiplications and divisions alone.

phi_0(z) = exp(z) and phi_k(z) = (phi_{k-1}(z) - 1/(k-1)!) / z. No mathematical library enters, so that the coefficients
of a scheme, and with them every digit of a chaotic field, are the same on every processor.
"""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

SERIES_TERMS = 17  # |z| <= 1/2: the first neglected term of phi_3 is below 2^-17 / 20!
MOST_HALVINGS = 60


def multiply(a: Complex, b: Complex) -> Complex:
    """a b in real arithmetic: numpy's complex product may fuse, and then its bits depend on the processor."""
    out = np.empty(np.broadcast_shapes(a.shape, b.shape), dtype=np.complex128)
    out.real = a.real * b.real - a.imag * b.imag
    out.imag = a.real * b.imag + a.imag * b.real
    return out


def phi(z: Complex) -> tuple[Complex, Complex, Complex, Complex]:
    """phi_0, phi_1, phi_2, phi_3 of complex `z`, elementwise.

    Taylor series at z / 2^s, then s doublings. For Re z <= 0 the doublings add numbers of one sign or of decreasing
    size, so relative errors stay near 1e-15 (phi_0 of large imaginary arguments: 1e-16 |z|).
    """
    z = np.asarray(z, dtype=np.complex128)
    halvings = _halvings(z)
    small = z * np.ldexp(1.0, -halvings)
    values = _series(small)
    for level in range(int(halvings.max(initial=0)), 0, -1):
        doubled = _double(*values)
        chosen = halvings >= level
        values = tuple(np.where(chosen, new, old) for new, old in zip(doubled, values, strict=True))
    return values[0], values[1], values[2], values[3]


def exponential(z: Complex) -> Complex:
    """exp(z), elementwise."""
    return phi(z)[0]


def cosine_sine(angle: Real) -> tuple[Real, Real]:
    """cos and sin of a real angle, elementwise."""
    turned = exponential(np.asarray(1j * np.asarray(angle), dtype=np.complex128))
    return turned.real.copy(), turned.imag.copy()


def _halvings(z: Complex) -> NDArray[np.int64]:
    """The least s with max(|Re z|, |Im z|) <= 2^s / 4, from the exponent field; capped for what is not finite."""
    size = np.maximum(np.abs(z.real), np.abs(z.imag))
    size = np.where(np.isfinite(size), size, 0.0)
    return np.clip(np.frexp(size)[1].astype(np.int64) + 2, 0, MOST_HALVINGS)


def _series(z: Complex) -> tuple[Complex, ...]:
    third = np.full(z.shape, 1.0 / factorial(SERIES_TERMS + 3), dtype=np.complex128)
    for n in range(SERIES_TERMS - 1, -1, -1):
        third = multiply(third, z) + 1.0 / factorial(n + 3)
    second = multiply(third, z) + 0.5
    first = multiply(second, z) + 1.0
    return multiply(first, z) + 1.0, first, second, third


def _double(zeroth: Complex, first: Complex, second: Complex, third: Complex) -> tuple[Complex, ...]:
    """phi_k(2z) = 2^-k (phi_0 phi_k + sum_{j=1}^k phi_j / (k-j)!)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return (
            multiply(zeroth, zeroth),
            0.5 * (multiply(zeroth, first) + first),
            0.25 * (multiply(zeroth, second) + first + second),
            0.125 * (multiply(zeroth, third) + 0.5 * first + second + third),
        )
