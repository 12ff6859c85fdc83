"""How far the angular momentum of a predicted clip about the middle of the view strays from the true one.

e[t] = |Σ m (r_seen x v_seen - r_true x v_true)| / mean over time of Σ m |r_true| |v_true|, r from the middle of the
view to the object, v the velocity over the step that ends at t. Where objects spin, their spin is not in it.
"""

import numpy as np

from dynarena.engines.track_motion import of_objects, per_clip, track_motion

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "physical"
kinds = ["video"]
source = "exact mechanics; drift as for momentum, Kang et al. (2025), arXiv:2411.02385"
applies = of_objects


def metric(forecast, truth, task, *, worst=4.0):
    """Relative error [trajectory, time], at most `worst`, which is what a frame with a missing object costs.

    Only objects that are truly in view enter; frames with none take the clip's mean. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    arm, mass = seen.place - seen.world / 2, seen.mass[:, None, :]
    size = (mass * np.hypot(*np.moveaxis(arm, -1, 0)) * np.hypot(*np.moveaxis(seen.velocity, -1, 0))).sum(axis=-1)
    least = 1e-2 * seen.mass.sum(axis=-1) * seen.world**2 / float(task.facts["timescale"])
    gained = _cross(arm + seen.offset, seen.velocity + seen.change) - _cross(arm, seen.velocity)
    drift = np.abs(seen.total(mass * gained, seen.steps)) / np.maximum(size.mean(axis=-1), least)[:, None]
    lost = (seen.broken & seen.steps).any(axis=-1)
    return per_clip(np.where(lost, worst, drift), seen.steps.any(axis=-1), worst)


def _cross(a, b):
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
