"""Ripples of one argument: sum_m a_m cos(2 pi (m x / length + b_m)) / sum_m a_m with uniform a_m and b_m."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import pi

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.finite_volume.random_function import Drawn, RandomFunction
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]


def _draw(streams: Streams, name: str, options: Mapping[str, float], lengths: Sequence[float]) -> Drawn:
    first, last = int(options["lowest"]), int(options["modes"])
    drawn = streams.uniform(f"start:{name}", (2, last - first + 1))
    cosine = array_functions()["cos"]

    def values(row: int, arguments: Sequence[Array]) -> Array:
        heights, phases = drawn[row]
        total = np.zeros(np.shape(arguments[0]))
        for index, (height, phase) in enumerate(zip(heights, phases, strict=True)):
            total = total + height * cosine(2.0 * pi * ((first + index) / lengths[0] * arguments[0] + phase))
        return np.asarray(total / _sum(heights))

    return values


def _sum(heights: Array) -> float:
    total = 0.0
    for height in heights:
        total += float(height)
    return total


KIND = RandomFunction(
    "cosines of modes lowest … modes, normalised to |ripple| <= 1", {"modes": None, "lowest": 1.0}, _draw
)
