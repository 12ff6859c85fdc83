"""Outlines of objects in pixels: the rows of numbers that the painters read.

A row is [kind, half thickness, x0, y0, x1, y1, ...]: a disc has its centre and `half thickness` as radius, a rod the
two ends of its axis, a polygon up to `MOST` corners in order (their number is kind - POLYGON), a blob its centre and
standard deviation. Column and row of pixels grow right and down; pixel (row, column) is the unit square from there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.film.components import ANGLE, HEIGHT, RADIUS, WIDTH, X, Y
from dynarena.errors import UnknownName

Array = NDArray[np.float64]

NOTHING, DISC, ROD, BLOB, POLYGON = 0, 1, 2, 3, 4
MOST = 8
LENGTH = 2 + 2 * MOST

_SQUARE = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "box": _SQUARE,
    "wedge": ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5)),
    "triangle": ((-0.5, -0.5), (0.5, -0.5), (0.0, 0.5)),
    "diamond": ((0.0, -0.5), (0.5, 0.0), (0.0, 0.5), (-0.5, 0.0)),
    "hexagon": ((0.5, 0.0), (0.25, 0.5), (-0.25, 0.5), (-0.5, 0.0), (-0.25, -0.5), (0.25, -0.5)),
}
_BLOB = (1.0 - 9.0 * math.exp(-8.0)) / (1.0 - math.exp(-8.0))  # of a Gaussian that ends at 4 standard deviations
SHAPES = ("disc", "rod", "blob", *_CORNERS)
"""disc: `radius`. rod: a round-ended bar of length `width` (between the centres of its ends) and thickness `height`.
blob: a Gaussian spot of standard deviation `radius`. The others fill a `width` x `height` box: a wedge is its lower
left half. All turn with `angle` about the middle of that box."""


def outlines(states: Array, shapes: Sequence[str], resolution: int, world: float) -> Array:
    """Rows [..., object, LENGTH] of states [..., object, component]. Raises UnknownName for a shape that is none."""
    rows = np.zeros((*states.shape[:-1], LENGTH))
    for place, shape in enumerate(shapes):
        _fill(rows[..., place, :], states[..., place, :], shape)
    rows[..., 1] *= resolution / world
    rows[..., 2::2] *= resolution / world
    rows[..., 3::2] = resolution - rows[..., 3::2] * (resolution / world)
    return rows


def _fill(row: Array, state: Array, shape: str) -> None:
    """World units, y up."""
    if shape not in SHAPES:
        raise UnknownName.among("shape", shape, SHAPES)
    x, y = state[..., X], state[..., Y]
    if shape in ("disc", "blob"):
        row[..., 0] = np.where(state[..., RADIUS] > 0.0, DISC if shape == "disc" else BLOB, NOTHING)
        row[..., 1], row[..., 2], row[..., 3] = state[..., RADIUS], x, y
        return
    known = array_functions()
    cosine, sine = known["cos"](state[..., ANGLE]), known["sin"](state[..., ANGLE])
    width, height = state[..., WIDTH], state[..., HEIGHT]
    if shape == "rod":
        row[..., 0], row[..., 1] = np.where(height > 0.0, ROD, NOTHING), 0.5 * height
        for k, end in enumerate((-0.5, 0.5)):
            row[..., 2 + 2 * k], row[..., 3 + 2 * k] = x + end * width * cosine, y + end * width * sine
        return
    corners = _CORNERS[shape]
    row[..., 0] = np.where((width > 0.0) & (height > 0.0), POLYGON + len(corners), NOTHING)
    for k, (along, up) in enumerate(corners):
        row[..., 2 + 2 * k] = x + along * width * cosine - up * height * sine
        row[..., 3 + 2 * k] = y + along * width * sine + up * height * cosine


def area(states: Array, shape: str) -> Array:
    """What an object [..., component] covers, of a blob its integral over its peak; world units squared."""
    radius, width, height = states[..., RADIUS], states[..., WIDTH], states[..., HEIGHT]
    if shape == "disc":
        return np.asarray(np.pi * radius**2)
    if shape == "blob":
        return np.asarray(2.0 * np.pi * radius**2 * _BLOB)
    if shape == "rod":
        return np.asarray(width * height + 0.25 * np.pi * height**2)
    x, y = np.array(_CORNERS[shape]).T
    return np.asarray(0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)) * width * height)


def centroid(states: Array, shape: str) -> tuple[Array, Array]:
    """The middle of what an object [..., component] covers."""
    x, y = states[..., X], states[..., Y]
    if shape not in ("wedge", "triangle"):
        return x, y
    along, up = np.array(_CORNERS[shape]).mean(axis=0)
    along, up = along * states[..., WIDTH], up * states[..., HEIGHT]
    cosine, sine = np.cos(states[..., ANGLE]), np.sin(states[..., ANGLE])
    return x + along * cosine - up * sine, y + along * sine + up * cosine
