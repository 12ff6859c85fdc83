"""Structural similarity of two pictures or fields of any number of axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from dynarena.evaluation import fields, states
from dynarena.schema.task import Task

Array = NDArray[np.float64]

OFFSETS = np.arange(-5, 6)
WINDOW = np.exp(-0.5 * (OFFSETS / 1.5) ** 2) / np.exp(-0.5 * (OFFSETS / 1.5) ** 2).sum()
FAR = 1e60  # in units of the range: keeps squares of squares finite


def similarity(a: Array, b: Array, periodic: Sequence[bool]) -> tuple[Array, Array]:
    """The mean over space of contrast and structure, and of those times luminance, of pictures [..., *space] -> [...].

    cs = (2 s_ab + c2) / (s_a² + s_b² + c2),  l = (2 m_a m_b + c1) / (m_a² + m_b² + c1)

    with means m and variances s under a Gaussian window of 11 points an axis and sigma 1.5, c1 = 0.01² and c2 = 0.03²
    for values that range over 1. The window goes round periodic axes and is reflected at the ends of others, so that
    no grid is too small and no point is left out.
    """
    mean_a, mean_b = _blur(a, periodic), _blur(b, periodic)
    variance_a = np.maximum(_blur(a * a, periodic) - mean_a**2, 0)
    variance_b = np.maximum(_blur(b * b, periodic) - mean_b**2, 0)
    limit = np.sqrt(variance_a * variance_b)  # where rounding would break Cauchy's inequality
    together = np.clip(_blur(a * b, periodic) - mean_a * mean_b, -limit, limit)
    c1, c2 = 0.01**2, 0.03**2
    structure = (2 * together + c2) / (variance_a + variance_b + c2)
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    space = tuple(range(-len(periodic), 0))
    return structure.mean(axis=space), (luminance * structure).mean(axis=space)


def halved(a: Array, n_axes: int) -> Array:
    """Means of pairs along the last axes; an odd last point is dropped."""
    for axis in range(-n_axes, 0):
        pairs = a.shape[axis] // 2
        even, odd = (np.take(a, np.arange(pairs) * 2 + side, axis) for side in (0, 1))
        a = (even + odd) / 2
    return a


def pictures(forecast: xr.Dataset, truth: xr.Dataset, task: Task) -> tuple[list[Array], Array, list[bool]]:
    """The members and the truth, [trajectory, time, field, *space], and which axes of space are periodic.

    Each field of each trajectory is scaled so that the truth ranges from 0 to 1 over the horizon; one that never
    changes keeps its train std as unit. Frames are as they are, in [0, 1].
    """
    exact, periodic = states.values(truth, task), [axis.periodic for axis in fields.axes(task)]
    low, unit = np.zeros(1), np.ones(1)
    if task.kind == "pde":
        over = (1, *range(3, exact.ndim))
        low, high = exact.min(axis=over, keepdims=True), exact.max(axis=over, keepdims=True)
        least = fields.LEAST * states.per_channel(states.scales(task), task)
        unit = np.where(high - low > least, high - low, least / fields.LEAST)
    members = [np.clip((member - low) / unit, -FAR, FAR) for member in states.members(forecast, task)]
    return members, (exact - low) / unit, periodic


def _blur(a: Array, periodic: Sequence[bool]) -> Array:
    for axis, wraps in zip(range(-len(periodic), 0), periodic, strict=True):
        a = correlate1d(a, WINDOW, axis=axis, mode="wrap" if wraps else "reflect")
    return a
