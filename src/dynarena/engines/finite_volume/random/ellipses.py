"""Ellipses of constant value on a ground of 0: later ones cover earlier ones; values are uniform in (low, high)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import pi

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary_circle import cos, sin
from dynarena.engines.finite_volume.random_function import Drawn, RandomFunction
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]


def _draw(streams: Streams, name: str, options: Mapping[str, float], lengths: Sequence[float]) -> Drawn:
    least, most = int(options["least"]), int(options["most"])
    counts = least + np.floor(streams.uniform(f"start:{name}:count") * (most - least + 1)).astype(np.int64)
    drawn = streams.between(f"start:{name}:value", options["low"], options["high"], (most,))
    sizes = streams.between(f"start:{name}:size", options["smallest"], options["largest"], (most, 2))
    centres = streams.uniform(f"start:{name}:centre", (most, 2))
    angles = streams.between(f"start:{name}:angle", -0.25 * pi, 0.25 * pi, (most,))

    def values(row: int, arguments: Sequence[Array]) -> Array:
        x, y = np.broadcast_arrays(*arguments)
        total = np.zeros(x.shape)
        for place in range(int(counts[row])):
            c, s = float(cos(float(angles[row, place]))), float(sin(float(angles[row, place])))
            across, up = x - lengths[0] * centres[row, place, 0], y - lengths[1] * centres[row, place, 1]
            a, b = (c * across + s * up) / sizes[row, place, 0], (c * up - s * across) / sizes[row, place, 1]
            total = np.where(a * a + b * b < 0.25, drawn[row, place], total)
        return total

    return values


KIND = RandomFunction(
    "ellipses of uniform full widths, turned by up to 45 degrees, each with its value; 0 outside",
    {"least": 1.0, "most": None, "low": None, "high": None, "smallest": None, "largest": None}, _draw,
)  # fmt: skip
