"""How far the energy of a predicted clip strays from the true one.

e[t] = |Σ E_seen[t] - E_true[t]| / mean over time of Σ m |v_true|² / 2,  E = m |v|² / 2 - m a.x, a the acceleration of
free flight, v the velocity over the step that ends at t. Both energies are taken by the same formula, so the error of
the step cancels. Energy that true contacts lose must be lost in the clip as well.
"""

import numpy as np

from dynarena.engines.track_motion import of_flight, per_clip, track_motion

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385, energy error; here per frame, relative, with potential energy"
applies = of_flight


def metric(forecast, truth, task, *, worst=4.0):
    """Relative error of the energy [trajectory, time], at most `worst`, which is what a frame with a missing object
    costs.

    Only objects that are truly in view enter; frames with none take the clip's mean. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    mass = seen.mass[:, None, :]
    kinetic = (0.5 * mass * (seen.velocity**2).sum(axis=-1)).sum(axis=-1).mean(axis=-1)
    least = 1e-3 * seen.mass.sum(axis=-1) * (seen.world / float(task.facts["timescale"])) ** 2
    faster = 0.5 * ((seen.velocity + seen.change) ** 2 - seen.velocity**2).sum(axis=-1)
    higher = -(seen.pull[:, None] * seen.offset).sum(axis=-1)
    drift = np.abs(seen.total(mass * (faster + higher), seen.steps)) / np.maximum(kinetic, least)[:, None]
    lost = (seen.broken & seen.steps).any(axis=-1)
    return per_clip(np.where(lost, worst, drift), seen.steps.any(axis=-1), worst)
