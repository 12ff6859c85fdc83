"""What identifies a trajectory: sha256 of its bytes, and signed projections that survive last-bit noise."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

PROJECTIONS = 16
EQUIVALENT = 1e-9  # of the root mean square: last-bit noise grown a million times, below any change worth making


def sha256(trajectory: NDArray[np.float64]) -> str:
    """Identity: sha256 of shape and little-endian float64 bytes in C order."""
    array = np.ascontiguousarray(trajectory, dtype="<f8")
    return hashlib.sha256(repr(array.shape).encode() + array.tobytes()).hexdigest()


def sketch(trajectory: NDArray[np.float64]) -> list[float]:
    """Equivalence: root mean square, then sum(s_j x)/sqrt(N) for fixed random signs s_j."""
    flat = np.ascontiguousarray(trajectory, dtype=np.float64).ravel()
    size = float(np.sqrt(np.mean(flat * flat)))
    bits = _signs(flat.size)
    sums = [float(np.sum(np.where(bits >> j & 1, flat, -flat))) for j in range(PROJECTIONS)]
    return [size, *(value / flat.size**0.5 for value in sums)]


def sketches_agree(one: list[float], other: list[float], tolerance: float = EQUIVALENT) -> bool:
    """Whether two trajectories differ by no more than last-bit noise grown a million times."""
    if len(one) != len(other) or not np.all(np.isfinite([*one, *other])):
        return False
    scale = max(abs(one[0]), abs(other[0]), np.finfo(float).tiny)
    return bool(max(abs(a - b) for a, b in zip(one, other, strict=True)) <= tolerance * scale)


def digest_of(hashes: list[str]) -> str:
    """sha256 over the trajectories' sha256: identity of a split."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


@lru_cache(maxsize=4)
def _signs(count: int) -> NDArray[np.uint64]:
    return np.random.Philox(key=20_250_101).random_raw(count)
