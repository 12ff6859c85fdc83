"""How far the total momentum of a predicted clip strays from the true one.

e[t] = |Σ m (v_seen[t] - v_true[t])| / mean over time of Σ m |v_true|, v the velocity over the step that ends at t, the
masses those of the scene.
"""

import numpy as np

from dynarena.engines.track_motion import of_objects, per_clip, track_motion

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385, momentum error; here per frame and relative"
applies = of_objects


def metric(forecast, truth, task, *, worst=4.0):
    """Relative error of the momentum [trajectory, time], at most `worst`, which is what a frame with a missing object
    costs.

    Only objects that are truly in view enter; frames with none take the clip's mean. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    mass = seen.mass[:, None, :, None]
    size = (mass[..., 0] * np.hypot(seen.velocity[..., 0], seen.velocity[..., 1])).sum(axis=-1).mean(axis=-1)
    least = 1e-2 * seen.mass.sum(axis=-1) * seen.world / float(task.facts["timescale"])
    gained = seen.total(mass * seen.change, seen.steps)
    drift = np.hypot(gained[..., 0], gained[..., 1]) / np.maximum(size, least)[:, None]
    lost = (seen.broken & seen.steps).any(axis=-1)
    return per_clip(np.where(lost, worst, drift), seen.steps.any(axis=-1), worst)
