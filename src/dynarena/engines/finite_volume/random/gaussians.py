"""Sums of Gaussian bumps: a exp(-|x - c|^2 / (2 s^2)) with uniform heights, widths and centres; or their slopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.finite_volume.random_function import Drawn, RandomFunction
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]


def _draw(streams: Streams, name: str, options: Mapping[str, float], lengths: Sequence[float]) -> Drawn:
    count = int(options["count"])
    heights = streams.between(f"start:{name}:height", options["low"], options["high"], (count,))
    widths = streams.between(f"start:{name}:width", options["narrowest"], options["widest"], (count,))
    centres = streams.uniform(f"start:{name}:centre", (count, len(lengths)))
    exponential = array_functions()["exp"]

    def values(row: int, arguments: Sequence[Array]) -> Array:
        total, slope = np.zeros(np.broadcast_shapes(*(a.shape for a in arguments))), int(options["slope"])
        for bump in range(count):
            away = []
            for axis, length in enumerate(lengths):
                apart = arguments[axis] - length * centres[row, bump, axis]
                away.append(apart - length * np.round(apart / length) if options["periodic"] else apart)
            variance = widths[row, bump] * widths[row, bump]
            square = sum(apart * apart for apart in away)
            height = heights[row, bump] * exponential(-0.5 * square / variance)
            total = total + (height if slope == 0 else -height * away[slope - 1] / variance)
        return total

    return values


KIND = RandomFunction(
    "Gaussian bumps at uniform places, seen at their nearest image where periodic = 1; slope: 1 or 2 along x or y",
    {"count": None, "low": 0.0, "high": 1.0, "narrowest": None, "widest": None, "periodic": 1.0, "slope": 0.0}, _draw,
)  # fmt: skip
