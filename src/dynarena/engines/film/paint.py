"""Anti-aliased pictures of discs, rods, polygons and soft blobs: each pixel shows the area that each covers of it.

The covered area is integrated exactly along x, and along y by the midpoint rule over `LINES` lines between any two of a
row's ends, an outline's corners and its extremes, so that boxes are exact. An object of opacity a takes a times what it
covers of what those before it left over; the last object is in front. Only + - * / and sqrt enter (blobs: our own exp)
and rounding to 8 bits is floor(255 v + 1/2), so the bytes do not depend on batch, threads or machine.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.elementary_growth import exp
from dynarena.engines.film.outlines import BLOB, DISC, NOTHING, POLYGON, ROD
from dynarena.errors import UsageError

Array = NDArray[np.float64]

LINES = 16
REACH = 4.0  # standard deviations after which a blob ends: it is lowered by what it has there

_jit = njit(cache=True, error_model="numpy", nogil=True)


def paint(rows: Array, colours: Array, background: Array, resolution: int) -> NDArray[np.uint8]:
    """Pictures uint8 [frame, channel, y, x].

    `rows` are outlines [frame, object, LENGTH] in pixels, `colours` [frame, object, (red, green, blue, opacity)] and
    `background` [channel], or [frame, channel, y, x], in [0, 1]. Raises UsageError where a number is not finite.
    """
    if resolution < 1:
        raise UsageError("a picture needs pixels", expected="resolution >= 1", got=str(resolution))
    if not (np.isfinite(rows).all() and np.isfinite(colours).all() and np.isfinite(background).all()):
        raise UsageError("an object's place, size or opacity is not finite", fix="draw finite states only")
    plain = background.ndim == 1
    behind = np.clip(background.reshape(1, -1, 1, 1) if plain else background, 0.0, 1.0)
    behind = np.ascontiguousarray(np.broadcast_to(behind, (len(behind), 3, resolution, resolution)))
    out = np.empty((len(rows), 3, resolution, resolution), np.uint8)
    out[:] = np.floor(255.0 * behind + 0.5).astype(np.uint8)
    _draw(np.ascontiguousarray(rows), np.ascontiguousarray(colours), behind, out)
    return out


@_jit
def _draw(rows: Array, colours: Array, behind: Array, out: NDArray[np.uint8]) -> None:
    size, count = out.shape[-1], rows.shape[1]
    left, light = np.ones((size, size)), np.zeros((3, size, size))
    areas, steps, cuts = np.empty(size), np.empty(size + 1), np.empty(16)
    boxes = np.empty((count, 4), np.int64)
    for frame in range(rows.shape[0]):
        view = frame if behind.shape[0] > 1 else 0
        for shape in range(count - 1, -1, -1):
            _box(rows[frame, shape], size, boxes[shape])
            _cover(rows[frame, shape], colours[frame, shape], boxes[shape], left, light, areas, steps, cuts)
        for shape in range(count):
            top, bottom, start, stop = boxes[shape]
            for channel in range(3):
                for row in range(top, bottom):
                    for column in range(start, stop):
                        value = light[channel, row, column] + left[row, column] * behind[view, channel, row, column]
                        out[frame, channel, row, column] = np.uint8(math.floor(255.0 * value + 0.5))
        for shape in range(count):
            top, bottom, start, stop = boxes[shape]
            left[top:bottom, start:stop] = 1.0
            light[:, top:bottom, start:stop] = 0.0


@_jit
def _points(row: Array) -> int:
    """How many points an outline has."""
    kind = int(row[0])
    if kind == NOTHING:
        return 0
    if kind > POLYGON:
        return kind - POLYGON
    return 2 if kind == ROD else 1


@_jit
def _margin(row: Array) -> float:
    """How far an outline reaches beyond its points."""
    kind = int(row[0])
    if kind == BLOB:
        return float(REACH * row[1])
    return float(row[1]) if kind in (DISC, ROD) else 0.0


@_jit
def _box(row: Array, size: int, box: NDArray[np.int64]) -> None:
    """The pixels that an outline can touch: first row, last row + 1, first column, last column + 1."""
    low_x, high_x, low_y, high_y = np.inf, -np.inf, np.inf, -np.inf
    margin = _margin(row)
    for k in range(_points(row)):
        low_x, high_x = min(low_x, row[2 + 2 * k] - margin), max(high_x, row[2 + 2 * k] + margin)
        low_y, high_y = min(low_y, row[3 + 2 * k] - margin), max(high_y, row[3 + 2 * k] + margin)
    if low_x > high_x:
        box[:] = 0
        return
    box[0] = int(min(max(math.floor(low_y), 0.0), size))
    box[1] = int(min(max(math.ceil(high_y), box[0]), size))
    box[2] = int(min(max(math.floor(low_x), 0.0), size))
    box[3] = int(min(max(math.ceil(high_x), box[2]), size))


@_jit
def _cover(
    row: Array,
    colour: Array,
    box: NDArray[np.int64],
    left: Array,
    light: Array,
    areas: Array,
    steps: Array,
    cuts: Array,
) -> None:
    """Let an object take what it covers of what those before it left over of each pixel."""
    top, bottom, start, stop = box
    for line in range(top, bottom):
        if int(row[0]) == BLOB:
            _soft_row(row, line, start, stop, areas)
        else:
            _row_areas(row, line, start, stop, areas, steps, cuts)
        for column in range(start, stop):
            taken = min(areas[column - start], left[line, column]) * colour[3]
            if taken > 0.0:
                left[line, column] -= taken
                for channel in range(3):
                    light[channel, line, column] += taken * colour[channel]


@_jit
def _soft_row(row: Array, line: int, start: int, stop: int, areas: Array) -> None:
    """exp(-d^2/(2 sigma^2)) at the centres of pixels, lowered to end at `REACH` sigma."""
    end = exp(-0.5 * REACH * REACH)
    for column in range(start, stop):
        across, down = column + 0.5 - row[2], line + 0.5 - row[3]
        height = exp(-0.5 * (across * across + down * down) / (row[1] * row[1]))
        areas[column - start] = max(height - end, 0.0) / (1.0 - end)


@_jit
def _cuts(row: Array, line: int, cuts: Array) -> int:
    """The heights within a row at which an outline bends, sorted, between the row's ends; their number."""
    cuts[0], cuts[1], count = float(line), line + 1.0, 2
    kind, points = int(row[0]), _points(row)
    for k in range(points):
        for side in range(-1, 2):
            if (side == 0) != (kind > POLYGON):
                continue
            height = row[3 + 2 * k] + side * row[1] if kind <= POLYGON else row[3 + 2 * k]
            if line < height < line + 1.0:
                cuts[count] = height
                count += 1
    if kind == ROD:
        normal = _normal(row)[1]
        for k in range(2):
            for sign in (-1.0, 1.0):
                height = row[3 + 2 * k] + sign * normal
                if line < height < line + 1.0:
                    cuts[count] = height
                    count += 1
    cuts[:count].sort()
    return count


@_jit
def _normal(row: Array) -> tuple[float, float]:
    """From the axis of a rod to its side."""
    dx, dy = row[4] - row[2], row[5] - row[3]
    length = math.sqrt(dx * dx + dy * dy)
    if length == 0.0:
        return 0.0, 0.0
    return -dy / length * row[1], dx / length * row[1]


@_jit
def _row_areas(row: Array, line: int, start: int, stop: int, areas: Array, steps: Array, cuts: Array) -> None:
    """The area of each pixel of a row, from column `start` on, that an outline covers."""
    width = stop - start
    areas[:width] = 0.0
    steps[: width + 1] = 0.0
    count = _cuts(row, line, cuts)
    for part in range(count - 1):
        weight = (cuts[part + 1] - cuts[part]) / LINES
        if weight <= 0.0:
            continue
        for sample in range(LINES):
            begin, end = _span(row, cuts[part] + (sample + 0.5) * weight)
            begin, end = max(begin, float(start)), min(end, float(stop))
            if end > begin:
                first, final = int(begin), min(int(end), stop - 1)
                steps[first - start] += weight
                steps[final + 1 - start] -= weight
                areas[first - start] -= weight * (begin - first)
                areas[final - start] -= weight * (final + 1.0 - end)
    lines = 0.0
    for pixel in range(width):
        lines += steps[pixel]
        areas[pixel] = lines + areas[pixel]


@_jit
def _span(row: Array, height: float) -> tuple[float, float]:
    """Where an outline, which is convex, begins and ends along a horizontal line."""
    kind = int(row[0])
    if kind == DISC:
        return _chord(row[2], row[3], row[1], height)
    begin, end = np.inf, -np.inf
    if kind == ROD:
        nx, ny = _normal(row)
        for k in range(2):
            low, high = _chord(row[2 + 2 * k], row[3 + 2 * k], row[1], height)
            begin, end = min(begin, low), max(end, high)
        ax, ay, bx, by = row[2], row[3], row[4], row[5]
        for a, b, c, d in (
            (ax + nx, ay + ny, bx + nx, by + ny), (bx + nx, by + ny, bx - nx, by - ny),
            (bx - nx, by - ny, ax - nx, ay - ny), (ax - nx, ay - ny, ax + nx, ay + ny),
        ):  # fmt: skip
            begin, end = _crossing(a, b, c, d, height, begin, end)
        return begin, end
    points = kind - POLYGON
    for k in range(points):
        n = (k + 1) % points
        begin, end = _crossing(row[2 + 2 * k], row[3 + 2 * k], row[2 + 2 * n], row[3 + 2 * n], height, begin, end)
    return begin, end


@_jit
def _chord(x: float, y: float, radius: float, height: float) -> tuple[float, float]:
    square = radius * radius - (height - y) * (height - y)
    if square <= 0.0:
        return np.inf, -np.inf
    half = math.sqrt(square)
    return x - half, x + half


@_jit
def _crossing(
    ax: float, ay: float, bx: float, by: float, height: float, begin: float, end: float
) -> tuple[float, float]:
    """A span widened by where an edge crosses the line."""
    if (ay <= height) != (by <= height):
        x = ax + (height - ay) * (bx - ax) / (by - ay)
        return min(begin, x), max(end, x)
    return begin, end
