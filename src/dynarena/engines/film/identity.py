"""Which of several pieces of one colour is which object: the one that constant velocity would bring there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from dynarena.engines.film.look import Look

Array = NDArray[np.float64]


def groups(look: Look) -> list[list[int]]:
    """The places among the tracked objects of each colour that several share."""
    colours = [look.colours[place] for place in look.tracked]
    found = [[k for k, one in enumerate(colours) if one == colour] for colour in dict.fromkeys(colours)]
    return [group for group in found if len(group) > 1]


def follow(found: Array, look: Look) -> Array:
    """Rows [time, tracked object, (x, y, ...)] in which objects of one colour keep their row.

    In the first frame they are sorted by x, then by y.
    """
    out = found.copy()
    for group in groups(look):
        out[0, group] = found[0, [group[k] for k in np.lexsort(found[0, group, 1::-1].T[::1])]]
        last, speed = out[0, group, :2].copy(), np.zeros((len(group), 2))
        for time in range(1, len(found)):
            order = _matched(last + speed, found[time, group, :2])
            out[time, group] = found[time, [group[k] for k in order]]
            seen = out[time, group, :2]
            moved = np.where(np.isfinite(seen - last), seen - last, 0.0)
            known = np.isfinite(seen).all(axis=1, keepdims=True)
            speed = np.where(known, moved, speed)
            last = np.where(known, seen, last + speed)
    return out


def _matched(expected: Array, places: Array) -> NDArray[np.int64]:
    """For each expected place the index of its piece."""
    apart = np.hypot(*np.moveaxis(expected[:, None] - places[None], -1, 0))
    return np.asarray(linear_sum_assignment(np.where(np.isfinite(apart), apart, 1e6))[1])
