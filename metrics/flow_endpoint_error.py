"""How wrong a predicted clip moves, pixel by pixel.

EPE[t] = mean over pixels that a disc covers, truly or as seen, of |u_seen - u_true|, u the displacement of the front-
most disc over the pixel since the frame before (0 where there is none), in pixels a frame. The true flow is exact, the
seen one that of the tracked discs.
"""

import numpy as np

from dynarena.engines.rigid_flow import rigid_flow
from dynarena.engines.track_motion import of_flight, track_motion

perfect, better, unit, scope, kind = 0, "lower", "pixels per frame", "trajectory", "physical"
kinds = ["video"]
source = "Baker et al. (2011), Int. J. Comput. Vis. 92, 1: end-point error; here on exact flow of rigid scenes"
applies = of_flight


def metric(forecast, truth, task):
    """End-point error [trajectory, time], at most the side of the picture; a frame with a missing object costs the
    side.

    Discs that are truly cut by the border, or were a frame ago, are left out of both flows. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    side = task.shape[-1]
    if seen.offset.ndim == 4:
        return _error(seen, seen.offset, seen.change, seen.broken, seen.steps, side)
    parts = zip(seen.offset, seen.change, seen.broken, seen.steps, strict=True)
    return np.mean([_error(seen, *part, side) for part in parts], axis=0)


def _error(seen, offset, change, broken, steps, side):
    radius = np.where(steps, seen.radius, 0.0)
    true = rigid_flow(seen.place, seen.velocity * seen.dt, radius, side, world=seen.world)
    moved = rigid_flow(seen.place + offset, (seen.velocity + change) * seen.dt, radius, side, world=seen.world)
    still = np.ones_like(seen.velocity)
    covered = (rigid_flow(seen.place, still, radius, side, world=seen.world) > 0).any(axis=-3)
    covered |= (rigid_flow(seen.place + offset, still, radius, side, world=seen.world) > 0).any(axis=-3)
    apart = np.hypot(*np.moveaxis(moved - true, -3, 0))
    error = np.where(covered, apart, 0.0).sum(axis=(-2, -1)) / np.maximum(covered.sum(axis=(-2, -1)), 1)
    return np.where((broken & steps).any(axis=-1), float(side), np.minimum(error, side))
