"""Piecewise constants: uniform values in (low, high) on equal blocks, `across` of them along every axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume.random_function import Drawn, RandomFunction
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]


def _draw(streams: Streams, name: str, options: Mapping[str, float], lengths: Sequence[float]) -> Drawn:
    across = int(options["across"])
    drawn = streams.between(f"start:{name}", options["low"], options["high"], (across,) * len(lengths))

    def values(row: int, arguments: Sequence[Array]) -> Array:
        places = [
            np.floor((a / length - np.floor(a / length)) * across).astype(np.int64) % across
            for a, length in zip(arguments, lengths, strict=True)
        ]
        return np.asarray(drawn[row][tuple(np.broadcast_arrays(*places))])

    return values


KIND = RandomFunction("uniform values on equal blocks, periodic", {"across": None, "low": 0.0, "high": 1.0}, _draw)
