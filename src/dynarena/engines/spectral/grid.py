"""Periodic boxes: points, wave numbers and the symbols of differential operators."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

AXES = ("x", "y", "z")


@dataclass(frozen=True, order=True)
class Operator:
    """d_x^a d_y^b d_z^c lap^n of a field; `mean_free` also removes the mean (a negative n always does)."""

    powers: tuple[int, ...]
    laplacian: int = 0
    mean_free: bool = False

    def then(self, other: Operator) -> Operator:
        """Both operators, one after the other: they commute."""
        powers = tuple(a + b for a, b in zip(self.powers, other.powers, strict=True))
        laplacian = self.laplacian + other.laplacian
        inverted = self.mean_free or other.mean_free or min(self.laplacian, other.laplacian) < 0
        if len(powers) == 1 and laplacian > 0:
            powers, laplacian = (powers[0] + 2 * laplacian,), 0
        return Operator(powers, laplacian, inverted and laplacian >= 0 and not any(powers))

    @property
    def trivial(self) -> bool:
        """Whether this is the identity."""
        return not (any(self.powers) or self.laplacian or self.mean_free)


@dataclass(frozen=True)
class Grid:
    """A periodic box with equal spacing, the first point of each axis at zero.

    A spectrum keeps, on its last axis, the modes 0 … `kept[-1]` of a real transform; on the others every mode, of which
    those above `kept` are zero. Amplitudes are divided by the number of points.
    """

    lengths: tuple[float, ...]
    points: tuple[int, ...]
    degree: int

    @property
    def kept(self) -> tuple[int, ...]:
        """The largest mode number an axis: a product of `degree` fields then has no alias on a kept mode."""
        return tuple((n - 1) // (self.degree + 1) for n in self.points)

    def coordinates(self) -> dict[str, Real]:
        """The points of each axis by its name."""
        return {
            axis: np.arange(n, dtype=np.float64) * np.float64(length / n)
            for axis, n, length in zip(AXES, self.points, self.lengths, strict=False)
        }

    def wavenumbers(self) -> list[Real]:
        """2 pi m / length an axis, shaped to broadcast over a spectrum."""
        out = []
        for axis, (n, length) in enumerate(zip(self.points, self.lengths, strict=True)):
            modes = self._modes(axis, n)
            shape = [1] * len(self.points)
            shape[axis] = len(modes)
            out.append((modes * (2.0 * pi / length)).reshape(shape))
        return out

    def mask(self) -> Real:
        """1 on the modes that are kept, 0 elsewhere."""
        out = np.ones(tuple(k.size for k in self.wavenumbers()))
        for axis, (n, last) in enumerate(zip(self.points, self.kept, strict=True)):
            shape = [1] * len(self.points)
            shape[axis] = -1
            out = out * (np.abs(self._modes(axis, n)) <= last).reshape(shape)
        return out

    def symbol(self, operator: Operator) -> Complex:
        """What an operator multiplies each mode by: (i k)^powers (-|k|^2)^n, zero on the mean where it is undefined."""
        waves = self.wavenumbers()
        square = sum((k * k for k in waves[1:]), waves[0] * waves[0])
        out = np.ones(square.shape)
        for k, power in zip(waves, operator.powers, strict=True):
            for _ in range(power):
                out = out * k
        for _ in range(operator.laplacian):
            out = out * -square
        for _ in range(-operator.laplacian):
            out = out * np.divide(-1.0, square, out=np.zeros_like(square), where=square > 0)
        if operator.mean_free:
            out = np.where(square > 0, out, 0.0)
        turn = np.complex128((1.0, 1j, -1.0, -1j)[sum(operator.powers) % 4])
        return np.asarray(out * turn, dtype=np.complex128)

    def _modes(self, axis: int, n: int) -> Real:
        if axis == len(self.points) - 1:
            return np.arange(self.kept[axis] + 1, dtype=np.float64)
        return np.concatenate([np.arange((n + 1) // 2), np.arange(-(n // 2), 0)]).astype(np.float64)
