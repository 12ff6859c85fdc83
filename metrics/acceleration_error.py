"""How wrong the forces of a predicted clip are, frame by frame.

e[t] = mean over objects of |D² x_seen[t] - D² x_true[t]|,  D² x[t] = (x[t] - 2 x[t-1] + x[t-2]) / dt². The first two
differences begin in the context, which forecast and truth share.
"""

import numpy as np

from dynarena.engines.track_motion import averaged, either, of_objects, track_motion

perfect, better, unit, scope, kind = 0, "lower", "world length per time squared", "trajectory", "physical"
kinds = ["video"]
source = (
    "Kang et al. (2025), arXiv:2411.02385 (velocities); NewtonRewards, arXiv:2512.00425 (accelerations); here per frame"
)
applies = of_objects


def metric(forecast, truth, task, *, worst=4.0):
    """Acceleration error [trajectory, time].

    No error exceeds `worst` worlds a timescale a step, and that is what an object costs that in any of the three frames
    is missing. Frames near one in which the true disc is cut by the border are not judged. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    ceiling = worst * seen.world / float(task.facts["timescale"]) / seen.dt
    jolt = np.diff(seen.change, axis=-3, prepend=0.0) / seen.dt
    error = np.minimum(np.hypot(jolt[..., 0], jolt[..., 1]), ceiling)
    return averaged(np.where(either(seen.broken), ceiling, error), ~either(~seen.steps))
