"""The box of a field whose axes are periodic or end at walls."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynarena.equations.constants import constant
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

AXES = ("x", "y", "z")
PERIODIC = "periodic"


@dataclass(frozen=True)
class Box:
    """Lengths, points and boundaries, one an axis."""

    lengths: tuple[float, ...]
    points: tuple[int, ...]
    boundary: tuple[str, ...]

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the axes."""
        return AXES[: len(self.points)]

    @property
    def spacing(self) -> tuple[float, ...]:
        """The distance of neighbouring points, an axis each."""
        return tuple(length / n for length, n in zip(self.lengths, self.points, strict=True))

    def coordinates(self) -> dict[str, NDArray[np.float64]]:
        """The points of each axis: n equal cells, their first ends where the axis is periodic, else their middles."""
        return {
            axis: (np.arange(n, dtype=np.float64) + (0.0 if kind == PERIODIC else 0.5)) * np.float64(length / n)
            for axis, n, length, kind in zip(self.axes, self.points, self.lengths, self.boundary, strict=True)
        }


def field_names(spec: SystemSpec) -> list[str]:
    """The names of the fields. Raises SchemaError where the state is no list of names."""
    if isinstance(spec.state, str) or not spec.state:
        raise SchemaError(
            "a field system names its fields", where=spec.title, expected='state = ["u", …]', got=repr(spec.state),
            fix="name them",
        )  # fmt: skip
    return spec.state


def field_box(
    spec: SystemSpec, resolution: int | None, boundaries: Collection[str], *, dims: Collection[int] = (1, 2, 3)
) -> Box:
    """The box that a file states; `resolution` overrides the points of the first axis, the others keep their ratio.

    Raises SchemaError where there is none, where it has a number of axes not in `dims`, no length, or fewer than 4
    points an axis, and UnknownName for a boundary that the engine does not know.
    """
    where, domain = f"{spec.title}, [domain]", spec.domain
    if domain is None or len(domain.points) not in dims:
        got = "none" if domain is None else f"{len(domain.points)} axes"
        expected = " or ".join(str(n) for n in sorted(dims)) + " axes"
        raise SchemaError("this is not a box for the engine", where=where, expected=expected, got=got, fix="state it")
    boundary = tuple(domain.boundary) or (PERIODIC,) * len(domain.points)
    for kind in boundary:
        if kind not in boundaries:
            raise UnknownName.among("boundary", kind, boundaries, where=where)
    lengths = tuple(constant(length, spec.parameters, where=where) for length in domain.length)
    points = tuple(domain.points)
    if resolution is not None:
        points = tuple(max(1, round(resolution * n / points[0])) for n in points)
    if not min(lengths) > 0:
        got = str(list(lengths))
        raise SchemaError("a box has no size", where=where, expected="positive lengths", got=got, fix="state them")
    if min(points) < 4:
        got = str(list(points))
        raise SchemaError("an axis has too few points", where=where, expected="4 or more", got=got, fix="take more")
    return Box(lengths, points, boundary)
