"""A predicted clip as motion: what was seen minus what is true, in places and in steps.

Between true states the motion is known exactly, so a seen velocity is the true one plus the change of the offset. The
step before the first predicted frame starts at the last frame of context, which forecast and truth share: there the
offset is zero. Nothing telescopes, and a clip that breaks with its context pays for the break.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.engines.discs_motion import COMPONENTS, MASS, RADIUS, VX, VY, X, Y
from dynarena.engines.film.look import Look, look_of
from dynarena.engines.film.sight_errors import SightErrors, sight_errors
from dynarena.engines.track_errors import TrackErrors, mean_judged, track_errors

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FRAMES = ("trajectory", "time", "channel", "y", "x")
STATE = ("trajectory", "time", "object", "component")
LOST = 0.5
_LAST: dict[bytes, Motion] = {}


@dataclass(frozen=True)
class Motion:
    """Seen against true; vectors are [(sample,) trajectory, time, object, (x, y)] in world units.

    `place`, `velocity`: of the true states, `velocity` the mean one over the step that ends at the frame; [trajectory,
    time, object, 2]. `offset`: seen minus true place, its length at most half the world. `change`: seen minus true
    velocity, zero where `broken`. `pull`: the true acceleration between contacts [trajectory, object, 2]. `mass`
    [trajectory, object], 1 where the scene gives none. `missing`: not measured in this frame; `broken`: in this or the
    one before. `judged`: truly in view; `steps`: in this and the one before.
    """

    place: Array
    velocity: Array
    offset: Array
    change: Array
    pull: Array
    mass: Array
    radius: Array
    missing: Mask
    broken: Mask
    judged: Mask
    steps: Mask
    dt: float
    world: float

    def total(self, values: Array, judged: Mask) -> Array:
        """Sum over the objects that are judged, [..., time, object, *] -> [..., time, *]."""
        kept = judged.reshape(*judged.shape, *[1] * (values.ndim - judged.ndim))
        total: Array = np.where(kept, values, 0.0).sum(axis=judged.ndim - 1)
        return total


def of_objects(task: Any) -> bool:
    """Whether a task shows objects that can be followed; fields as pictures have none."""
    facts: Mapping[str, Any] = task.facts
    colours = facts.get("colours", ())
    return task.kind == "video" and "shade" not in facts and len(facts.get("scenery", ())) < len(colours)


def of_flight(task: Any) -> bool:
    """Whether a task shows discs alone that fly freely between contacts."""
    facts: Mapping[str, Any] = task.facts
    discs = set(facts.get("shapes", ("disc",))) == {"disc"} and not facts.get("scenery")
    return of_objects(task) and discs and facts.get("engine", "discs") in ("discs", "contacts")


def track_motion(forecast: xr.Dataset, truth: xr.Dataset, task: Any) -> Motion:
    """The motion of a forecast's frames beside that of the true states; the last one is kept for the next metric."""
    dt = float(task.dt)
    frames = np.ascontiguousarray(forecast["frames"].transpose(..., *FRAMES).values)
    state = np.ascontiguousarray(truth["state"].transpose(*STATE).values)
    look = look_of(task.facts)
    content = hashlib.blake2b(repr((frames.shape, frames.dtype, look, dt)).encode())
    content.update(frames.data)
    content.update(state.data)
    key = content.digest()
    if key not in _LAST:
        found = _motion(frames, state, look, dt)
        _LAST.clear()
        _LAST[key] = found
    return _LAST[key]


def _motion(frames: NDArray[Any], state: Array, look: Look, dt: float) -> Motion:
    seen = _seen(frames, state, look)
    state, world = state[..., look.tracked, :], look.world
    place, speed = state[..., (X, Y)], state[..., (VX, VY)]
    pull = _pull(speed, dt)
    before = place[:, :1] - speed[:, :1] * dt + 0.5 * pull[:, None] * dt**2
    velocity = np.diff(place, axis=1, prepend=before) / dt
    length = np.hypot(seen.offset[..., 0], seen.offset[..., 1])[..., None]
    offset = seen.offset * np.minimum(1.0, LOST * world / np.where(length > 0.0, length, 1.0))
    change = np.diff(offset, axis=-3, prepend=0.0) / dt
    broken = either(seen.missing)
    change[broken] = 0.0
    return Motion(
        place,
        velocity,
        offset,
        change,
        pull,
        np.where(state[:, 0, :, MASS] > 0.0, state[:, 0, :, MASS], 1.0),
        state[..., RADIUS],
        seen.missing,
        broken,
        seen.judged,
        ~either(~seen.judged),
        dt,
        world,
    )


def _seen(frames: NDArray[Any], state: Array, look: Look) -> TrackErrors | SightErrors:
    """Position errors, by the exact unmixing of primary colours where discs show no more than those."""
    if state.shape[-1] == len(COMPONENTS):
        return track_errors(frames, state, look.colours, world=look.world)
    return sight_errors(frames, state, look)


def either(flags: Mask) -> Mask:
    """Whether a flag [..., time, object] is up in a frame or in the one before."""
    before = np.concatenate([np.zeros_like(flags[..., :1, :]), flags[..., :-1, :]], axis=-2)
    found: Mask = flags | before
    return found


def averaged(errors: Array, judged: Mask) -> Array:
    """[(sample,) trajectory, time, object] -> [trajectory, time]: the mean over judged objects, then over samples."""
    error = mean_judged(errors, judged)
    return error.mean(axis=0) if error.ndim == 3 else error


def per_clip(values: Array, counted: Mask, worst: Array | float) -> Array:
    """A value a frame [(sample,) trajectory, time] that cannot be taken everywhere; at most `worst`.

    Frames that do not count take the mean of those that do, and a clip in which none counts costs 0.
    """
    kept = np.where(counted, np.minimum(values, worst), 0.0)
    mean = kept.sum(axis=-1, keepdims=True) / np.maximum(counted.sum(axis=-1, keepdims=True), 1)
    filled: Array = np.where(counted, kept, mean)
    return filled.mean(axis=0) if filled.ndim == 3 else filled


def _pull(speed: Array, dt: float) -> Array:
    """The acceleration of free flight: the median over steps of the change of the exact velocities."""
    if speed.shape[1] < 2:
        return np.zeros((speed.shape[0], *speed.shape[2:]))
    pull: Array = np.median(np.diff(speed, axis=1), axis=1) / dt
    return pull
