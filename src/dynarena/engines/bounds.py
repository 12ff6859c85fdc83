"""What a run refuses: requests without an answer, and trajectories that leave all bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.errors import DataError, SchemaError, UsageError

Array = NDArray[np.float64]

BOUND = 1e12
"""The largest value of a component: beyond it a trajectory counts as lost."""


def check_request(dt: float, n_points: int, *, where: str) -> None:
    """Raise UsageError unless the step between points is positive and there is at least one point."""
    if not (dt > 0 and math.isfinite(dt)):
        what, expected = "the sampling step is not positive", "a finite dt > 0"
        raise UsageError(what, where=where, expected=expected, got=f"dt = {dt}", fix="raise dt")
    if n_points < 1:
        what, expected = "no points are asked for", "n_points of 1 or more"
        raise UsageError(what, where=where, expected=expected, got=f"n_points = {n_points}", fix="raise n_points")


def check_duration(duration: float, *, where: str) -> None:
    """Raise UsageError unless a duration is finite and not negative."""
    if not (duration >= 0 and math.isfinite(duration)):
        what, expected = "time cannot go there", "a finite duration of 0 or more"
        raise UsageError(what, where=where, expected=expected, got=f"duration = {duration}", fix="raise the duration")


def check_starts(start: Array, width: int, *, where: str) -> Array:
    """Starts as floats [trajectory, component]. Raises SchemaError where they have another shape."""
    starts = np.ascontiguousarray(start, dtype=np.float64)
    if starts.ndim != 2 or starts.shape[1] != width:
        what, expected = "the starts have the wrong shape", f"[trajectory, {width}]"
        raise SchemaError(what, where=where, expected=expected, got=f"{start.shape}", fix="give one row a trajectory")
    return starts


def refuse_unbounded(states: Array, labels: Sequence[str], dt: float, *, where: str) -> None:
    """Raise DataError unless the states [trajectory, time, component] stay finite and below 1e12.

    What is lost stays lost, so the last point is looked at first: the check costs nothing.
    """
    bad = np.flatnonzero(~(np.abs(states[:, -1]) < BOUND).all(axis=1))
    if not bad.size:
        return
    row = int(bad[0])
    lost = ~(np.abs(states[row]) < BOUND)
    point = int(np.argmax(lost.any(axis=1)))
    component = int(np.argmax(lost[point]))
    raise DataError(
        "a trajectory left all bounds",
        where=f"{where}, trajectory {row} of {len(states)}, t = {point * dt:.6g}",
        expected=f"|{labels[component]}| < {BOUND:g}",
        got=f"{labels[component]} = {states[row, point, component]:.6g}",
        fix="take parameters or starts for which the system stays bounded, or a smaller solver step",
    )
