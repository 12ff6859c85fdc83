"""Random numbers that depend on a trajectory's key and on nothing else.

Raw 64-bit integers come from counter-based Philox (a stream that numpy promises never to change); uniforms and normals
are made from them by arithmetic written here, so no library's choice of algorithm enters the data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.normal import inverse_normal


def trajectory_key(*parts: str | int) -> tuple[int, int]:
    """The Philox key (two 64-bit words) of one trajectory: sha256 of what identifies it."""
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


class Streams:
    """One independent stream a trajectory.

    A draw is named: the name selects a counter block, so that adding a draw shifts no other.
    """

    def __init__(self, keys: Sequence[tuple[int, int]]) -> None:
        self._keys = list(keys)

    def __len__(self) -> int:
        return len(self._keys)

    def uniform(self, name: str, shape: tuple[int, ...] = ()) -> NDArray[np.float64]:
        """Uniforms in (0, 1), shape [trajectory, *shape]: (k + 1/2) 2^-52 of the upper 52 bits k."""
        block = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        count = int(np.prod(shape, dtype=np.int64))
        out = np.empty((len(self._keys), count))
        for row, key in enumerate(self._keys):
            generator = np.random.Philox(
                key=np.array(key, dtype=np.uint64), counter=np.array([0, 0, 0, block], np.uint64)
            )
            out[row] = ((generator.random_raw(count) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return out.reshape(len(self._keys), *shape)

    def normal(self, name: str, shape: tuple[int, ...] = ()) -> NDArray[np.float64]:
        """Standard normals, shape [trajectory, *shape], by inversion of the uniforms."""
        return inverse_normal(self.uniform(name, shape))

    def between(self, name: str, low: float, high: float, shape: tuple[int, ...] = ()) -> NDArray[np.float64]:
        """Uniforms in (low, high)."""
        return low + (high - low) * self.uniform(name, shape)
