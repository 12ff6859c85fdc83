"""Mazes: 1 in the walls, 0 in the corridors of a uniform random tree of `across` x `across` rooms.

Rooms and walls are squares of one size. The tree grows by a walk that turns back where all neighbours are visited, so
every room can be reached from every other by exactly one way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume.random_function import Drawn, RandomFunction
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]

_STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def _draw(streams: Streams, name: str, options: Mapping[str, float], lengths: Sequence[float]) -> Drawn:
    across = int(options["across"])
    choices = streams.uniform(f"start:{name}", (2 * across * across,))
    walls = [_walls(row, across) for row in choices]

    def values(row: int, arguments: Sequence[Array]) -> Array:
        squares = 2 * across + 1
        places = [
            np.clip(np.floor(a / length * squares).astype(np.int64), 0, squares - 1)
            for a, length in zip(arguments, lengths, strict=True)
        ]
        return np.asarray(walls[row][tuple(np.broadcast_arrays(*places))])

    return values


def _walls(choices: Array, across: int) -> Array:
    out = np.ones((2 * across + 1, 2 * across + 1))
    out[1, 1] = 0.0
    path, draw = [(0, 0)], 0
    while path:
        i, j = path[-1]
        ahead = [(i + a, j + b) for a, b in _STEPS if 0 <= i + a < across and 0 <= j + b < across]
        ahead = [(a, b) for a, b in ahead if out[2 * a + 1, 2 * b + 1] == 1.0]
        if not ahead:
            path.pop()
            continue
        a, b = ahead[int(choices[draw] * len(ahead))]
        draw += 1
        out[2 * a + 1, 2 * b + 1] = 0.0
        out[i + a + 1, j + b + 1] = 0.0
        path.append((a, b))
    return out


KIND = RandomFunction("walls of a maze", {"across": None}, _draw)
