"""Random numbers that depend on a trajectory's key and on nothing else.

Raw 64-bit integers come from counter-based Philox (a stream that numpy promises never to change); uniforms and normals
are made from them by arithmetic written here, so no library's choice of algorithm enters the data.
"""

from __future__ import annotations

import hashlib
import math
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

    def increments(
        self, name: str, dt: float, first_step: int, n_steps: int, shape: tuple[int, ...] = (), *, level: int = 0
    ) -> NDArray[np.float64]:
        """Increments of Brownian paths over steps of dt/2^level, [trajectory, step, *shape].

        An increment depends on the key, the name, the level's refinements and the number of its step alone, so that any
        stretch of a path can be drawn by itself. Each level halves the steps of the one before by a Brownian bridge:
        two neighbours add up to the increment that they refine, to rounding.

        Source: Levy's construction; Kloeden and Platen (1992), Numerical Solution of Stochastic Differential Equations.
        """
        if level == 0:
            return math.sqrt(dt) * self._normals_of_steps(f"{name}|0", first_step, n_steps, shape)
        before, last = first_step // 2, (first_step + n_steps + 1) // 2
        whole = self.increments(name, dt, before, last - before, shape, level=level - 1)
        bridge = self._normals_of_steps(f"{name}|{level}", before, last - before, shape)
        first: NDArray[np.float64] = 0.5 * whole + math.sqrt(dt * 0.5 ** (level + 1)) * bridge
        halves = np.stack([first, whole - first], axis=2).reshape(len(self), 2 * (last - before), *shape)
        skipped = first_step - 2 * before
        return halves[:, skipped : skipped + n_steps]

    def _normals_of_steps(self, name: str, first: int, n: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Standard normals [trajectory, step, *shape]: each step has counters of its own."""
        block = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        count = int(np.prod(shape, dtype=np.int64))
        blocks = -(-count // 4)  # a counter gives four words
        out = np.empty((len(self._keys), n, count))
        counter = np.array([first * blocks, 0, 0, block], dtype=np.uint64)
        for row, key in enumerate(self._keys):
            words = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=counter).random_raw(4 * blocks * n)
            out[row] = ((words.reshape(n, 4 * blocks)[:, :count] >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return inverse_normal(out).reshape(len(self._keys), n, *shape)
