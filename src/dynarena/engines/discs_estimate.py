"""From tracked places to a state: least squares of free flight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.discs_motion import COMPONENTS, RADIUS, VX, VY, X, Y
from dynarena.engines.track import Tracks

Array = NDArray[np.float64]


def estimate_state(tracks: Tracks, dt: float, gravity: Array | float = 0.0) -> Array:
    """States [trajectory, object, component] in the last tracked frame; the mass is left NaN.

    x(t) = x + vx t and y(t) + g t^2 / 2 = y + vy t, t <= 0 counted from the last frame, are fitted over the frames in
    which an object is fully in view, or where there are none over those in which it is seen. One frame alone gives
    velocity 0, none gives NaN. `tracks` are [trajectory, time, object], `gravity` [trajectory].
    """
    time = dt * np.arange(1 - tracks.x.shape[1], 1, dtype=np.float64)[None, :, None]
    whole = tracks.whole & tracks.inside
    weight = np.where(whole.any(axis=1, keepdims=True), whole, tracks.present).astype(np.float64)
    fall = 0.5 * np.broadcast_to(gravity, (len(tracks.x),))[:, None, None] * time**2
    state = np.full((tracks.x.shape[0], tracks.x.shape[2], len(COMPONENTS)), np.nan)
    state[..., X], state[..., VX] = _line(time, np.nan_to_num(tracks.x), weight)
    state[..., Y], state[..., VY] = _line(time, np.nan_to_num(tracks.y) + fall, weight)
    state[..., RADIUS] = _mean(np.nan_to_num(tracks.radius), weight)
    return state


def _line(time: Array, place: Array, weight: Array) -> tuple[Array, Array]:
    """Intercept at t = 0 and slope of the least-squares line, over axis 1."""
    middle, centre = _mean(np.broadcast_to(time, weight.shape), weight), _mean(place, weight)
    lag = time - middle[:, None]
    spread = (weight * lag**2).sum(axis=1)
    slope = (weight * lag * (place - centre[:, None])).sum(axis=1) / np.where(spread > 0.0, spread, 1.0)
    return centre - slope * middle, slope


def _mean(values: Array, weight: Array) -> Array:
    total = weight.sum(axis=1)
    mean: Array = (weight * values).sum(axis=1) / np.where(total > 0.0, total, np.nan)
    return mean
