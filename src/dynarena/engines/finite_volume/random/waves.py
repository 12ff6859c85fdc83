"""Periodic waves: sums of cos(2 pi m.x / lengths + phase) over whole mode numbers m."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.finite_volume.random_function import Drawn, RandomFunction
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]


def _draw(streams: Streams, name: str, options: Mapping[str, float], lengths: Sequence[float]) -> Drawn:
    cutoff = int(options["cutoff"])
    box = product(range(-cutoff, cutoff + 1), repeat=len(lengths))
    modes = [m for m in box if m[::-1] > (0,) * len(lengths) and options["lowest"] <= _radius(m) <= cutoff]
    weights = np.array([_radius(mode) ** -options["slope"] for mode in modes])
    weights *= options["amplitude"] / sqrt(float(np.sum(weights * weights)))
    normals = streams.normal(f"start:{name}", (2, len(modes))) * weights
    sine, cosine = array_functions()["sin"], array_functions()["cos"]

    def values(row: int, arguments: Sequence[Array]) -> Array:
        total = np.full(np.broadcast_shapes(*(a.shape for a in arguments)), options["offset"])
        for index, mode in enumerate(modes):
            turns = sum(2.0 * pi * m / length * a for m, length, a in zip(mode, lengths, arguments, strict=True) if m)
            total = total + normals[row, 0, index] * cosine(turns) + normals[row, 1, index] * sine(turns)
        return np.asarray(total)

    return values


def _radius(mode: tuple[int, ...]) -> float:
    return sqrt(sum(m * m for m in mode))


KIND = RandomFunction(
    "Gaussian waves of the modes with lowest <= |m| <= cutoff, variance like |m|^(-2 slope), rms amplitude",
    {"cutoff": 4.0, "lowest": 1.0, "slope": 0.0, "amplitude": 1.0, "offset": 0.0}, _draw,
)  # fmt: skip
