"""Exact optical flow of discs: each pixel moves as the front-most disc over its centre does; the background rests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rigid_flow(place: Array, step: Array, radius: Array, resolution: int, *, world: float = 10.0) -> Array:
    """Flow [..., (right, up), y, x] in pixels a frame of discs at `place` that came there by `step` [..., object, 2].

    Lengths are in world units, row 0 is the top, the last object is in front. A disc whose step is not finite rests.
    """
    pixel = world / resolution
    x = (np.arange(resolution) + 0.5) * pixel
    y = world - x
    flow = np.zeros((*place.shape[:-2], 2, resolution, resolution))
    for disc in range(place.shape[-2]):
        across = (x - place[..., disc, 0, None]) ** 2
        along = (y - place[..., disc, 1, None]) ** 2
        over = across[..., None, :] + along[..., :, None] <= (radius[..., disc] ** 2)[..., None, None]
        move = np.nan_to_num(step[..., disc, :]) / pixel
        flow = np.where(over[..., None, :, :], move[..., None, None], flow)
    return flow
