"""A clip against the true states: position errors of each tracked object, and which of them cannot be measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from dynarena.engines.film.components import LIGHT
from dynarena.engines.film.identity import groups
from dynarena.engines.film.look import Look
from dynarena.engines.film.outlines import area, centroid
from dynarena.engines.film.overlap import covered, in_view, thickness
from dynarena.engines.film.sight import Sight, sight

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIZE_FACTOR = 2.0
FAINT = 0.2
THIN = 0.03  # of the world: less than one pixel of 32, four of 128


@dataclass(frozen=True)
class SightErrors:
    """Seen minus true position [..., time, tracked object, (x, y)] in world units, zero where not measured.

    `judged`: the true object is fully in view, not behind another, and neither faint
    nor thin. `missing`: no single piece of the
    object's colour within a factor of two of its area is seen, or the frame holds something strange, or is not finite.
    """

    offset: Array
    judged: Mask
    missing: Mask


def sight_errors(frames: NDArray[np.generic], states: Array, look: Look) -> SightErrors:
    """Frames [..., time, channel, y, x] against true states [..., time, object, component].

    Of objects of one colour the assignment in the first frame that shows all holds for the whole clip.
    """
    seen = sight(frames, look)
    shapes = [look.shapes[place] for place in look.tracked]
    each = [states[..., place, :] for place in look.tracked]
    size = np.stack([area(one, shape) for one, shape in zip(each, shapes, strict=True)], axis=-1)
    place = np.stack([np.stack(centroid(one, shape), -1) for one, shape in zip(each, shapes, strict=True)], axis=-2)
    seen_at_all = [
        (one[..., LIGHT] >= FAINT) & (thickness(one, shape) >= THIN * look.world)
        for one, shape in zip(each, shapes, strict=True)
    ]
    judged = in_view(states, look) & ~covered(states, look) & np.stack(seen_at_all, axis=-1)
    seen = _identified(seen, np.broadcast_to(place, (*seen.x.shape, 2)), look)
    missing = _missing(seen, np.broadcast_to(size, seen.x.shape))
    offset = np.stack([seen.x, seen.y], axis=-1) - place
    offset[missing] = 0.0
    return SightErrors(offset, np.broadcast_to(judged, missing.shape), missing)


def _identified(seen: Sight, place: Array, look: Look) -> Sight:
    """Objects of one colour renamed as in the first frame in which all are seen they lie nearest to the true ones."""
    names = ("x", "y", "radius", "angle", "light", "present", "whole", "inside")
    values = {name: np.array(getattr(seen, name)) for name in names}
    for group in groups(look):
        for clip in np.ndindex(seen.x.shape[:-2]):
            whole = values["present"][clip][:, group].all(axis=1)
            if not whole.any():
                continue
            first = int(np.argmax(whole))
            here = np.stack([values["x"][clip][first, group], values["y"][clip][first, group]], axis=-1)
            apart = np.hypot(*np.moveaxis(place[clip][first, group][:, None] - here[None], -1, 0))
            order = [group[k] for k in linear_sum_assignment(apart)[1]]
            for name in names:
                values[name][clip][:, group] = values[name][clip][:, order]
    return replace(seen, **values)


def _missing(seen: Sight, size: Array) -> Mask:
    area_seen = np.where(seen.present, np.pi * np.nan_to_num(seen.radius) ** 2, 0.0)
    right_size = (area_seen * SIZE_FACTOR > size) & (area_seen < SIZE_FACTOR * size)
    missing: Mask = ~seen.whole | ~right_size | (seen.strange > 0.5 * size.min(axis=-1))[..., None]
    return missing
