"""The functions phi_k of matrices, for linear parts that couple fields: one small matrix a wavenumber.

As for scalars: Taylor series at z / 2^s, then s doublings, by additions and multiplications alone.
"""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.phi import MOST_HALVINGS, SERIES_TERMS, multiply

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_SWEEPS = 4


def phi_matrix(z: Complex) -> tuple[Complex, Complex, Complex, Complex]:
    """phi_0, phi_1, phi_2, phi_3 of matrices `z` [n, n, …], which may differ along the other axes.

    Rows and columns are first scaled by powers of two so that they are of like size (a wave's position and velocity
    differ by |k|): the doublings then lose few digits.
    """
    z = np.asarray(z, dtype=np.complex128)
    exponents = _balance(z)
    small, halvings = _shrunk(np.ldexp(1.0, exponents[None] - exponents[:, None]) * z)
    values = _series(small)
    for level in range(int(halvings.max(initial=0)), 0, -1):
        doubled = _double(values)
        values = [np.where(halvings >= level, new, old) for new, old in zip(doubled, values, strict=True)]
    back = np.ldexp(1.0, exponents[:, None] - exponents[None])
    zeroth, first, second, third = (value * back for value in values)
    return zeroth, first, second, third


def matmul(a: Complex, b: Complex) -> Complex:
    """a b for matrices [n, n, …], summed in order, in real arithmetic."""
    rows = []
    for i in range(len(a)):
        row = []
        for j in range(len(a)):
            total = multiply(a[i, 0], b[0, j])
            for k in range(1, len(a)):
                total = total + multiply(a[i, k], b[k, j])
            row.append(total)
        rows.append(np.stack(row))
    return np.stack(rows)


def identity(n: int, ndim: int) -> Complex:
    """The unit matrix, with further axes of length one."""
    return np.eye(n, dtype=np.complex128).reshape(n, n, *(1,) * (ndim - 2))


def _balance(z: Complex) -> NDArray[np.int64]:
    """Exponents e [n, …] for which 2^(e_j - e_i) z_ij has off-diagonal rows and columns of like size (Osborne 1960)."""
    n = len(z)
    sizes = _size(z)
    exponents = np.zeros((n, *z.shape[2:]), dtype=np.int64)
    for _ in range(_SWEEPS):
        for i in range(n):
            others = [j for j in range(n) if j != i]
            row = sum((np.ldexp(sizes[i, j], exponents[j] - exponents[i]) for j in others), np.zeros(z.shape[2:]))
            column = sum((np.ldexp(sizes[j, i], exponents[i] - exponents[j]) for j in others), np.zeros(z.shape[2:]))
            both = (row > 0) & (column > 0) & np.isfinite(row) & np.isfinite(column)
            exponents[i] += np.where(both, _half_exponent(row) - _half_exponent(column), 0)
    return exponents


def _half_exponent(size: Real) -> NDArray[np.int64]:
    """Half of the binary exponent of a size, rounded down."""
    return np.asarray(np.frexp(size)[1].astype(np.int64) // 2)


def _size(z: Complex) -> Real:
    size = np.maximum(np.abs(z.real), np.abs(z.imag))
    return np.where(np.isfinite(size), size, 0.0)


def _shrunk(z: Complex) -> tuple[Complex, NDArray[np.int64]]:
    """z / 2^s with row sums of at most 1/2, and s [...]."""
    norm = _size(z).sum(axis=1).max(axis=0)
    halvings = np.clip(np.frexp(norm)[1].astype(np.int64) + 2, 0, MOST_HALVINGS)
    return z * np.ldexp(1.0, -halvings), halvings


def _series(z: Complex) -> list[Complex]:
    one = identity(len(z), z.ndim)
    third = one * (1.0 / factorial(SERIES_TERMS + 3)) + np.zeros_like(z)
    for n in range(SERIES_TERMS - 1, -1, -1):
        third = matmul(third, z) + one * (1.0 / factorial(n + 3))
    second = matmul(third, z) + one * 0.5
    first = matmul(second, z) + one
    return [matmul(first, z) + one, first, second, third]


def _double(values: list[Complex]) -> list[Complex]:
    """phi_k(2z) = 2^-k (phi_0 phi_k + sum_{j=1}^k phi_j / (k-j)!)."""
    zeroth, first, second, third = values
    with np.errstate(over="ignore", invalid="ignore"):
        return [
            matmul(zeroth, zeroth),
            0.5 * (matmul(zeroth, first) + first),
            0.25 * (matmul(zeroth, second) + first + second),
            0.125 * (matmul(zeroth, third) + 0.5 * first + second + third),
        ]
