"""How far the objects of a predicted clip are from where they truly are.

e[t] = mean over objects of min(|x_seen[t] - x_true[t]|, L / 2), in world units, L the width of the world: positions are
alpha-weighted centroids by colour.
"""

import numpy as np

from dynarena.engines.track_errors import mean_judged, track_errors

perfect, better, unit, scope, kind = 0, "lower", "world length", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385, position error; here sub-pixel, and what is missing costs"


def metric(forecast, truth, task, *, lost=0.5):
    """Position error [trajectory, time].

    An object that is missing, doubled, of another size (area off by more than a factor of two) or joined by one of a
    strange colour costs `lost` widths of the world, and one that is seen never costs more: to vanish never pays. Frames
    in which a true disc is cut by the border are not judged; they take the clip's mean. Samples are averaged.
    """
    world = float(task.facts["world"])
    frames = forecast["frames"].transpose(..., "trajectory", "time", "channel", "y", "x").values
    state = truth["state"].transpose("trajectory", "time", "object", "component").values
    seen = track_errors(frames, state, task.facts["colours"], world=world)
    distance = np.minimum(np.hypot(seen.offset[..., 0], seen.offset[..., 1]), lost * world)
    error = mean_judged(np.where(seen.missing, lost * world, distance), seen.judged)
    return error.mean(axis=0) if error.ndim == 3 else error
