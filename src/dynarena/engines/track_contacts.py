"""When objects were pushed, and how: two lines through a path, one before and one after.

A path without its free fall, q(t) = x(t) - a t² / 2, is a line until a contact and another line after it. Over every
place of the break the two lines are fitted by least squares; the best break gives the velocities before and after, and
the contact is where the lines meet: t* = -(Δq.Δv) / |Δv|², Δq the distance of the lines at t = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEWEST = 2


@dataclass(frozen=True)
class Contacts:
    """One contact a path, the largest: when (from the first frame on), the velocities before and after, if any at all.

    `time` and `found` are [*path], the velocities [*path, axis]. `place` [*path, axis] is where the path then was.
    """

    found: Mask
    time: Array
    before: Array
    after: Array
    place: Array


def contacts(paths: Array, usable: Mask, dt: float, pull: Array | float = 0.0, *, least: float) -> Contacts:
    """The contact of each of the paths [*path, time, axis], of which only `usable` frames [*path, time] count.

    `pull` [*path, axis] is the acceleration of free flight. A change of velocity under `least` is none. A path with
    fewer than two usable frames on each side of every break has no contact.
    """
    time = dt * np.arange(paths.shape[-2], dtype=np.float64)
    flat = paths - 0.5 * np.asarray(pull)[..., None, :] * time[:, None] ** 2 if np.ndim(pull) else paths
    weight = usable.astype(np.float64)
    shape = paths.shape[:-2]
    best = np.full(shape, np.inf)
    lines = np.zeros((4, *shape, paths.shape[-1]))
    for break_ in range(FEWEST, paths.shape[-2] - FEWEST + 1):
        sides = (slice(None, break_), slice(break_, None))
        fits = [_line(time[side], flat[..., side, :], weight[..., side]) for side in sides]
        rest = fits[0][2] + fits[1][2]
        better = rest < best - 1e-12
        best = np.where(better, rest, best)
        for row, values in enumerate((fits[0][0], fits[0][1], fits[1][0], fits[1][1])):
            lines[row] = np.where(better[..., None], values, lines[row])
    return _meet(lines, np.isfinite(best), time[-1] if len(time) else 0.0, pull, least)


def _line(time: Array, path: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Value at t = 0 and slope [..., axis] of the weighted line; its squared residual, infinite under two frames."""
    total = weight.sum(axis=-1)
    safe = np.where(total > 0.0, total, 1.0)[..., None]
    centre = (weight[..., None] * path).sum(axis=-2) / safe
    middle = (weight * time).sum(axis=-1) / safe[..., 0]
    lag = weight * (time - middle[..., None])
    spread = (lag * (time - middle[..., None])).sum(axis=-1)
    slope = (lag[..., None] * path).sum(axis=-2) / np.where(spread > 0.0, spread, 1.0)[..., None]
    start = centre - slope * middle[..., None]
    rest = weight[..., None] * (path - start[..., None, :] - slope[..., None, :] * time[:, None]) ** 2
    residual: Array = np.where(total >= FEWEST, rest.sum(axis=(-2, -1)), np.inf)
    return start, slope, residual


def _meet(lines: Array, fitted: Mask, last: float, pull: Array | float, least: float) -> Contacts:
    apart, turned = lines[2] - lines[0], lines[3] - lines[1]
    square = (turned**2).sum(axis=-1)
    found = fitted & (square > least**2)
    time = np.where(found, -(apart * turned).sum(axis=-1) / np.where(found, square, 1.0), last)
    time = np.clip(time, 0.0, last)
    fall = np.asarray(pull) * time[..., None]
    place = lines[0] + lines[1] * time[..., None] + 0.5 * fall * time[..., None]
    return Contacts(found, time, lines[1] + fall, lines[3] + fall, place)
