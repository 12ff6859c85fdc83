"""Anti-aliased pictures of discs: each pixel shows the area that each disc covers of it.

Pixel (row, column) is the unit square [column, column + 1] x [row, row + 1], its centre at + 1/2; row 0 is the top and
the world's y points up. The covered area is integrated exactly along x and by the midpoint rule over `LINES` lines
along y; only + - * / and sqrt enter, and rounding to 8 bits is floor(255 v + 1/2), so the bytes do not depend on batch,
threads or machine. The last object is in front. Background: white.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.discs_motion import RADIUS, X, Y
from dynarena.engines.scene_colours import rgb
from dynarena.errors import UsageError

LINES = 16


def render(
    states: NDArray[np.float64], resolution: int, colours: Sequence[str], *, world: float = 10.0
) -> NDArray[np.uint8]:
    """Pictures uint8 [..., channel, y, x] of states [..., object, component] (x, y, …, radius in world units).

    `colours` has one entry an object. An object whose state is not finite raises UsageError; one whose radius is 0 is
    not drawn.
    """
    places = np.ascontiguousarray(states[..., (X, Y, RADIUS)], dtype=np.float64)
    _check(places, resolution, colours)
    frames = places.reshape(-1, len(colours), 3) * (resolution / world)
    frames[:, :, 1] = resolution - frames[:, :, 1]
    out = np.full((len(frames), 3, resolution, resolution), 255, dtype=np.uint8)
    _draw(frames, np.array([rgb(colour) for colour in colours]) / 255.0, out)
    return out.reshape(*places.shape[:-2], 3, resolution, resolution)


def _check(places: NDArray[np.float64], resolution: int, colours: Sequence[str]) -> None:
    if places.shape[-2] != len(colours):
        raise UsageError("one colour an object is needed", expected=f"{places.shape[-2]}", got=f"{len(colours)}")
    if resolution < 1:
        raise UsageError("a picture needs pixels", expected="resolution >= 1", got=str(resolution))
    if not np.isfinite(places).all():
        raise UsageError("an object's place or radius is not finite", fix="draw finite states only")


@njit(cache=True)
def _draw(discs: NDArray[np.float64], colours: NDArray[np.float64], out: NDArray[np.uint8]) -> None:
    """Discs [frame, object, (column, row, radius)] in pixels onto white frames."""
    size = out.shape[-1]
    left = np.ones((size, size))
    light = np.zeros((3, size, size))
    for frame in range(discs.shape[0]):
        for disc in range(discs.shape[1] - 1, -1, -1):
            _cover(discs[frame, disc], colours[disc], left, light)
        for disc in range(discs.shape[1]):
            top, bottom, start, stop = _box(discs[frame, disc], size)
            for channel in range(3):
                for row in range(top, bottom):
                    for column in range(start, stop):
                        value = light[channel, row, column] + left[row, column]
                        out[frame, channel, row, column] = np.uint8(np.floor(255.0 * value + 0.5))
        for disc in range(discs.shape[1]):
            top, bottom, start, stop = _box(discs[frame, disc], size)
            left[top:bottom, start:stop] = 1.0
            light[:, top:bottom, start:stop] = 0.0


@njit(cache=True)
def _box(disc: NDArray[np.float64], size: int) -> tuple[int, int, int, int]:
    """The pixels that a disc can touch: first row, last row + 1, first column, last column + 1."""
    column, row, radius = disc
    top = int(min(max(np.floor(row - radius), 0.0), size))
    bottom = int(min(max(np.ceil(row + radius), top), size))
    start = int(min(max(np.floor(column - radius), 0.0), size))
    stop = int(min(max(np.ceil(column + radius), start), size))
    return top, bottom, start, stop


@njit(cache=True)
def _cover(
    disc: NDArray[np.float64], colour: NDArray[np.float64], left: NDArray[np.float64], light: NDArray[np.float64]
) -> None:
    """Let a disc take what it covers of what the discs before it left over of each pixel."""
    top, bottom, start, stop = _box(disc, left.shape[0])
    areas, steps = np.empty(stop - start), np.empty(stop - start + 1, np.int64)
    for row in range(top, bottom):
        _row_areas(disc, row, start, areas, steps)
        for column in range(start, stop):
            area = min(areas[column - start], left[row, column])
            if area > 0.0:
                left[row, column] -= area
                for channel in range(3):
                    light[channel, row, column] += area * colour[channel]


@njit(cache=True)
def _row_areas(
    disc: NDArray[np.float64], row: int, start: int, areas: NDArray[np.float64], steps: NDArray[np.int64]
) -> None:
    """The area of each pixel of a row, from column `start` on, that a disc covers: the mean over lines of the chord."""
    column, middle, radius = disc
    areas[:] = 0.0
    steps[:] = 0
    last = start + len(areas)
    for line in range(LINES):
        height = row + (line + 0.5) / LINES - middle
        square = radius * radius - height * height
        half = np.sqrt(max(square, 0.0))
        begin, end = max(column - half, start), min(column + half, last)
        if end > begin:
            first, final = int(begin), min(int(end), last - 1)
            steps[first - start] += 1
            steps[final + 1 - start] -= 1
            areas[first - start] -= begin - first
            areas[final - start] -= final + 1.0 - end
    lines = 0
    for pixel in range(len(areas)):
        lines += steps[pixel]
        areas[pixel] = (lines + areas[pixel]) / LINES
