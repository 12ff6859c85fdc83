"""How far the places, moments and amounts of motion in two clips overlap: the three ratios of Physics-IQ.

space S = IoU(max_t m, max_t m'), space and time ST = mean_t IoU(m_t, m'_t), amount W = Σ min(w, w') / Σ max(w, w') with
w = mean_t m_t. Where neither clip moves the ratio is 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.engines.motion_masks import motion_masks

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ORDER = ("trajectory", "time", "channel", "y", "x")


def clip_masks(forecast: xr.Dataset, truth: xr.Dataset) -> tuple[Mask, Mask]:
    """Motion masks of a forecast [(sample,) trajectory, time, y, x] and of the truth."""
    seen, true = (data["frames"].transpose(..., *ORDER).values for data in (forecast, truth))
    return motion_masks(seen), motion_masks(true)


def space(seen: Mask, true: Mask) -> Array:
    """S [(sample,) trajectory]."""
    return _ratio(np.asarray(seen.any(axis=-3)), np.asarray(true.any(axis=-3)))


def space_time(seen: Mask, true: Mask) -> Array:
    """The terms of ST [(sample,) trajectory, time]; its mean over time is ST."""
    return _ratio(seen, np.broadcast_to(true, seen.shape))


def amount(seen: Mask, true: Mask) -> Array:
    """W [(sample,) trajectory]."""
    a, b = seen.mean(axis=-3), true.mean(axis=-3)
    return _share(np.minimum(a, b).sum(axis=(-2, -1)), np.maximum(a, b).sum(axis=(-2, -1)))


def over_samples(values: Any, plain: int) -> Array:
    """The mean over samples where there is an axis more than `plain`."""
    array = np.asarray(values, dtype=np.float64)
    return np.asarray(array.mean(axis=0)) if array.ndim > plain else array


def _ratio(a: Mask, b: Mask) -> Array:
    return _share((a & b).sum(axis=(-2, -1)), (a | b).sum(axis=(-2, -1)))


def _share(part: Any, whole: Any) -> Array:
    share: Array = np.where(whole > 0, part / np.where(whole > 0, whole, 1), 1.0)
    return share
