"""Contacts of two discs in a clip: the relative path of every pair, seen and true, and what is common to both."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.engines.track_contacts import Contacts, contacts
from dynarena.engines.track_motion import Motion, of_flight, track_motion

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOUCH = 1.05


@dataclass(frozen=True)
class PairContacts:
    """Contacts of the pairs of a scene, [(sample,) trajectory, pair]; `true` has no samples.

    `touched` [trajectory, pair]: the true discs turn each other aside while both are in view. `measured`: no frame of
    the pair that is truly in view is missing in the clip.
    """

    seen: Contacts
    true: Contacts
    touched: Mask
    measured: Mask
    masses: Array
    motion: Motion


def of_pairs(task: Any) -> bool:
    """Whether a task shows at least two discs."""
    return of_flight(task) and len(task.facts["colours"]) > 1


def pair_contacts(forecast: xr.Dataset, truth: xr.Dataset, task: Any) -> PairContacts:
    """The largest contact of every pair. A relative velocity that changes by under 0.05 worlds a timescale is none."""
    motion = track_motion(forecast, truth, task)
    pairs = list(combinations(range(motion.place.shape[-2]), 2))
    a, b = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    least = 0.05 * motion.world / float(task.facts["timescale"])
    path = _with_context(motion)
    ideal = _relative(path, a, b)
    actual = _relative(path + _lead(motion.offset, 0.0, -3), a, b)
    judged, missing = _lead(motion.judged, True, -2), _lead(motion.missing, False, -2)
    inside = np.moveaxis(judged[..., a] & judged[..., b], -1, -2)
    lost = np.moveaxis(missing[..., a] | missing[..., b], -1, -2)
    in_view = inside[0] if inside.ndim == 4 else inside
    pull = motion.pull[:, b] - motion.pull[:, a]
    true = contacts(ideal, in_view, motion.dt, pull, least=least)
    seen = contacts(actual, inside & ~lost, motion.dt, np.broadcast_to(pull, (*actual.shape[:-2], 2)), least=least)
    reach = motion.radius[:, 0][:, a] + motion.radius[:, 0][:, b]
    near = np.hypot(true.place[..., 0], true.place[..., 1]) < TOUCH * reach
    measured = ~(lost & inside).any(axis=-1)
    return PairContacts(seen, true, true.found & near, measured, motion.mass[:, [a, b]], motion)


def _relative(path: Array, a: list[int], b: list[int]) -> Array:
    """[..., time, object, 2] -> [..., pair, time, 2]: the second object of each pair from the first."""
    return np.moveaxis(path[..., b, :] - path[..., a, :], -2, -3)


def _with_context(motion: Motion) -> Array:
    """True places with two frames of free flight before the first, as the context shows them."""
    step = motion.velocity[:, 0] * motion.dt
    last = motion.place[:, 0] - step
    return np.concatenate([(last - step + motion.pull * motion.dt**2)[:, None], last[:, None], motion.place], axis=1)


def _lead(values: NDArray[Any], value: float | bool, axis: int) -> NDArray[Any]:
    """The same with `value` in the two frames of context."""
    shape = list(values.shape)
    shape[axis] = 2
    return np.concatenate([np.full(shape, value, dtype=values.dtype), values], axis=axis)


def over_touching(values: Array, contact: PairContacts, nothing: Array) -> Array:
    """Mean over the pairs that truly touch, [(sample,) trajectory, pair] -> [trajectory]; `nothing` where none does."""
    touched = np.broadcast_to(contact.touched, values.shape)
    mean = np.where(touched, values, 0.0).sum(axis=-1) / np.maximum(touched.sum(axis=-1), 1)
    value = np.where(touched.any(axis=-1), mean, nothing)
    return np.asarray(value.mean(axis=0) if value.ndim == 2 else value)


def false_alarm(contact: PairContacts) -> Array:
    """1 where a pair is seen to turn aside in a clip, or is lost, else 0; [(sample,) trajectory]."""
    wrong = contact.seen.found | ~contact.measured
    return np.asarray(wrong.any(axis=-1), dtype=np.float64)
