"""Random functions in a box, each known at every point by the few numbers that are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cosines:
    """A Gaussian field of unit variance (averaged over the box) with covariance (-Laplacian + tau^2)^-alpha.

    The Laplacian has no flux through the walls: g = sum_m z_m prod_axis cos(pi m x / length), 0 <= m <= cutoff, the
    constant left out.
    """

    lengths: tuple[float, ...]
    cutoff: int
    tau: float
    alpha: float

    @property
    def count(self) -> int:
        """How many numbers a function has."""
        return int((self.cutoff + 1) ** len(self.lengths))

    def draw(self, streams: Streams) -> Array:
        """The coefficients of each trajectory, [trajectory, count]."""
        shape = (self.cutoff + 1,) * len(self.lengths)
        modes = np.meshgrid(*[np.arange(self.cutoff + 1.0)] * len(self.lengths), indexing="ij")
        square = sum(((pi * m / length) ** 2 for m, length in zip(modes, self.lengths, strict=True)), np.zeros(shape))
        functions = array_functions()
        deviation = functions["exp"](-0.5 * self.alpha * functions["log"](square + self.tau**2))
        deviation.flat[0] = 0.0
        weight = np.ones(shape)
        for m in modes:
            weight = weight * np.where(m > 0, 0.5, 1.0)
        deviation = deviation / np.sqrt(np.sum(weight * deviation * deviation))
        drawn: Array = streams.normal("start:cosines", (self.count,)) * deviation.ravel()
        return drawn

    def at(self, drawn: Array, grid: Mapping[str, Array]) -> Array:
        """The function [*points] of one trajectory."""
        values = drawn.reshape((self.cutoff + 1,) * len(self.lengths))
        cosine = array_functions()["cos"]
        for points, length in zip(reversed(list(grid.values())), reversed(self.lengths), strict=True):
            waves = cosine(np.arange(self.cutoff + 1.0)[:, None] * (pi / length) * points)
            total = values[..., 0, None] * waves[0]
            for m in range(1, self.cutoff + 1):
                total = total + values[..., m, None] * waves[m]
            values = np.moveaxis(total, -1, 0)
        return np.ascontiguousarray(values)


@dataclass(frozen=True)
class Gaussians:
    """g = sum of bumps a exp(-|x - c|^2 / (2 s^2)).

    Centres c are uniform in the box, widths s in (narrow, wide), heights a in (low, high).
    """

    lengths: tuple[float, ...]
    bumps: int
    narrow: float
    wide: float
    low: float
    high: float

    @property
    def count(self) -> int:
        """How many numbers a function has."""
        return self.bumps * (2 + len(self.lengths))

    def draw(self, streams: Streams) -> Array:
        """Height, width and centre of every bump, [trajectory, count]."""
        columns = [
            streams.between("start:heights", self.low, self.high, (self.bumps,)),
            streams.between("start:widths", self.narrow, self.wide, (self.bumps,)),
            *(streams.between(f"start:centres{axis}", 0.0, length, (self.bumps,))
              for axis, length in enumerate(self.lengths)),
        ]  # fmt: skip
        return np.concatenate(columns, axis=1)

    def at(self, drawn: Array, grid: Mapping[str, Array]) -> Array:
        """The function [*points] of one trajectory."""
        heights, widths, *centres = drawn.reshape(2 + len(self.lengths), self.bumps)
        exp = array_functions()["exp"]
        total = np.zeros(tuple(len(points) for points in grid.values()))
        for bump in range(self.bumps):
            part: Array = np.full((1,) * len(grid), heights[bump])
            for axis, points in enumerate(grid.values()):
                profile = exp(-((points - centres[axis][bump]) ** 2) / (2.0 * widths[bump] ** 2))
                part = part * profile.reshape([-1 if k == axis else 1 for k in range(len(grid))])
            total = total + part
        return total


Law = Cosines | Gaussians

OPTIONS: dict[str, dict[str, float]] = {
    "cosines": {"cutoff": 16, "tau": 3, "alpha": 2},
    "gaussians": {"bumps": 5, "narrow": 0.05, "wide": 0.15, "low": 0.5, "high": 1.5},
}
"""The options of each law and what they are where a file does not state them."""


def make_law(name: str, lengths: tuple[float, ...], options: Mapping[str, float]) -> Law:
    """The law of this name, one of OPTIONS."""
    stated = {**OPTIONS[name], **options}
    if name == "cosines":
        return Cosines(lengths, int(stated["cutoff"]), stated["tau"], stated["alpha"])
    return Gaussians(lengths, int(stated["bumps"]), stated["narrow"], stated["wide"], stated["low"], stated["high"])
