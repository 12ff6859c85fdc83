"""Comparing data with a lock, trajectory by trajectory: identical, equivalent, or different."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.fingerprint import sha256, sketch, sketches_agree
from dynarena.data.view import seen
from dynarena.schema.lock import SplitLock, TaskLock

MAJORITY = 0.5  # a cause that touches fewer trajectories than this is damage, not another machine's rounding
STANDARD_ERRORS = 4.0


@dataclass(frozen=True)
class Verdict:
    """The outcome for one split; `trajectories` names those that are not identical."""

    outcome: str
    trajectories: list[int]


def states_of(data: xr.Dataset) -> NDArray[np.float64] | None:
    """The states [trajectory, time, ...] of a stored Dataset; None where it holds something else."""
    states = data.get("state")
    if states is None or states.ndim < 2 or states.dtype != np.float64:
        return None
    return states.values


def verdicts(states: NDArray[np.float64], split: SplitLock) -> list[str]:
    """`identical`, `equivalent` or `different` for each frozen trajectory; a missing or reshaped one is different."""
    found = []
    for index, expected in enumerate(split.hashes):
        if index >= len(states):
            found.append("different")
        elif sha256(states[index]) == expected:
            found.append("identical")
        else:
            close = states.shape[1] == split.points and sketches_agree(sketch(states[index]), split.sketch[index])
            found.append("equivalent" if close else "different")
    return found


def compare(data: xr.Dataset, task: TaskLock, name: str) -> Verdict:
    """The verdict on a split's Dataset.

    Statistically equivalent means that most trajectories differ (as rounding on another machine makes chaotic ones do)
    while the mean of every channel lies within 4 standard errors of the train split's and the deviation within a fifth.
    """
    split = task.splits[name]
    states = states_of(data)
    if states is None:
        return Verdict("different", list(range(split.trajectories)))
    each = verdicts(states, split)
    changed = [index for index, verdict in enumerate(each) if verdict != "identical"]
    different = each.count("different")
    if not changed and len(states) == split.trajectories:
        return Verdict("identical", [])
    if not different and len(states) == split.trajectories:
        return Verdict("equivalent", changed)
    if different > MAJORITY * len(each) and _moments_fit(states, task, split):
        return Verdict("statistically equivalent", changed)
    return Verdict("different", [index for index, verdict in enumerate(each) if verdict == "different"])


def mislabelled(data: xr.Dataset, expected: xr.Dataset) -> list[int]:
    """The trajectories whose times, keys or parameters are not the `expected` ones."""
    wrong = np.zeros(expected.sizes["trajectory"], dtype=bool)
    for name, coordinate in expected.coords.items():
        found = data.coords.get(name)
        if found is None or found.dims != coordinate.dims or found.shape != coordinate.shape:
            wrong[:] = True
        elif "trajectory" in coordinate.dims:
            wrong |= found.values != coordinate.values
        elif not np.array_equal(found.values, coordinate.values):
            wrong[:] = True
    return np.flatnonzero(wrong).tolist()


def _moments_fit(states: NDArray[np.float64], task: TaskLock, split: SplitLock) -> bool:
    if states.shape[:2] != (split.trajectories, split.points) or task.dims[0] == "channel" or len(states) < 2:
        return False
    if not np.isfinite(states).all() or task.inputs:
        return False
    states = seen(task.view, states)
    each = states.reshape(*states.shape[:3], -1).mean(axis=(1, 3))
    error = each.std(axis=0, ddof=1) / len(each) ** 0.5
    spread = np.moveaxis(states, 2, 0).reshape(states.shape[2], -1).std(axis=1)
    mean_fits = np.abs(each.mean(axis=0) - task.mean) <= STANDARD_ERRORS * error + 1e-9 * np.asarray(task.std)
    straight = ~np.array([bool(channel["angle"]) for channel in task.channels])  # an angle that turns has no mean
    spread_fits = np.abs(spread / np.asarray(task.std) - 1) <= 0.2
    return bool((mean_fits & spread_fits)[straight].all())
