"""A clip against the true states: position errors of each object, and which of them cannot be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.discs_motion import RADIUS, X, Y
from dynarena.engines.track import Tracks, track

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIZE_FACTOR = 2.0


@dataclass(frozen=True)
class TrackErrors:
    """Seen minus true position [..., time, object, (x, y)] in world units, zero where not measured.

    `judged`: the true disc is fully in view. `missing`: no compact disc of the object's colour within a factor of two
    of its area is seen, or the frame holds an object of a strange colour, or it is not finite.
    """

    offset: Array
    judged: Mask
    missing: Mask


def track_errors(
    frames: NDArray[np.generic], states: Array, colours: Sequence[str], *, world: float = 10.0
) -> TrackErrors:
    """Frames [..., time, channel, y, x] against true states [..., time, object, component]."""
    seen = track(frames, colours, world=world)
    x, y, radius = (states[..., k] for k in (X, Y, RADIUS))
    judged = (np.minimum(x, y) >= radius) & (np.maximum(x, y) <= world - radius)
    missing = _missing(seen, np.broadcast_to(radius, seen.x.shape))
    offset = np.stack([seen.x - x, seen.y - y], axis=-1)
    offset[missing] = 0.0
    return TrackErrors(offset, np.broadcast_to(judged, missing.shape), missing)


def _missing(seen: Tracks, radius: Array) -> Mask:
    area = np.where(seen.present, seen.radius, 0.0) ** 2
    right_size = (area * SIZE_FACTOR > radius**2) & (area < SIZE_FACTOR * radius**2)
    smallest = np.pi * radius.min(axis=-1) ** 2
    missing: Mask = ~seen.whole | ~right_size | (seen.strange > 0.5 * smallest)[..., None]
    return missing


def mean_judged(errors: Array, judged: Mask) -> Array:
    """Mean over objects [..., time, object] -> [..., time] of what is judged.

    A frame in which nothing is judged takes the clip's mean over the others, so that the mean over time is that over
    judged frames; a clip in which nothing is ever judged costs 0.
    """
    objects = judged.sum(axis=-1)
    frame = np.where(judged, errors, 0.0).sum(axis=-1) / np.maximum(objects, 1)
    counted = objects > 0
    clip = frame.sum(axis=-1) / np.maximum(counted.sum(axis=-1), 1)
    filled: Array = np.where(counted, frame, clip[..., None])
    return filled
