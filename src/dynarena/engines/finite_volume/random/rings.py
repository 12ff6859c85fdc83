"""Rings: `least` to `most` of them, each with a wall of uniform height in (low, high), at uniform places and radii.

The wall's profile is exp(-((|x - c| - r) / (thickness r))^2 / 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.finite_volume.random_function import Drawn, RandomFunction
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]


def _draw(streams: Streams, name: str, options: Mapping[str, float], lengths: Sequence[float]) -> Drawn:
    least, most = int(options["least"]), int(options["most"])
    counts = least + np.floor(streams.uniform(f"start:{name}:count") * (most - least + 1)).astype(np.int64)
    heights = streams.between(f"start:{name}:height", options["low"], options["high"], (most,))
    radii = streams.between(f"start:{name}:radius", options["smallest"], options["largest"], (most,))
    centres = streams.between(f"start:{name}:centre", options["margin"], 1.0 - options["margin"], (most, len(lengths)))
    exponential = array_functions()["exp"]

    def values(row: int, arguments: Sequence[Array]) -> Array:
        total = np.zeros(np.broadcast_shapes(*(a.shape for a in arguments)))
        for ring in range(int(counts[row])):
            square = np.zeros(())
            for axis, length in enumerate(lengths):
                away = arguments[axis] - length * centres[row, ring, axis]
                square = square + away * away
            wall = (np.sqrt(square) - radii[row, ring]) / (options["thickness"] * radii[row, ring])
            total = total + heights[row, ring] * exponential(-0.5 * wall * wall)
        return total

    return values


KIND = RandomFunction(
    "rings at uniform places", {"least": 1.0, "most": None, "low": None, "high": None, "smallest": None,
                                "largest": None, "thickness": 0.2, "margin": 0.1}, _draw,
)  # fmt: skip
