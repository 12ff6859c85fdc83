"""How wrong the objects of a predicted clip move, frame by frame.

e[t] = mean over objects of |(x_seen[t] - x_seen[t-1]) - (x_true[t] - x_true[t-1])| / dt. The step before the first
predicted frame starts at the last context frame, which forecast and truth share. Speeds are compared in each frame,
so nothing telescopes: a clip that jitters about the true path pays for every jolt.
"""

import numpy as np

from dynarena.engines.track_errors import mean_judged, track_errors

perfect, better, unit, scope, kind = 0, "lower", "world length per time", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385, velocity error; here per frame, not of clip means"


def metric(forecast, truth, task, *, worst=4.0):
    """Velocity error [trajectory, time].

    No error exceeds `worst` worlds a timescale (the timescale of a scene is the time to cross it), and that is what an
    object costs that in either frame is missing, doubled, of another size (area off by more than a factor of two) or
    joined by one of a strange colour. Steps from or to a frame in which the true disc is cut by the border are not
    judged; they take the clip's mean. Samples are averaged.
    """
    world = float(task.facts["world"])
    ceiling = worst * world / float(task.facts["timescale"])
    frames = forecast["frames"].transpose(..., "trajectory", "time", "channel", "y", "x").values
    state = truth["state"].transpose("trajectory", "time", "object", "component").values
    seen = track_errors(frames, state, task.facts["colours"], world=world)
    change = np.diff(seen.offset, axis=-3, prepend=0.0) / task.dt
    error = np.minimum(np.hypot(change[..., 0], change[..., 1]), ceiling)
    error = mean_judged(np.where(_either(seen.missing), ceiling, error), ~_either(~seen.judged))
    return error.mean(axis=0) if error.ndim == 3 else error


def _either(flags):
    """Whether a flag [..., time, object] is up in a frame or in the one before."""
    before = np.concatenate([np.zeros_like(flags[..., :1, :]), flags[..., :-1, :]], axis=-2)
    return flags | before
