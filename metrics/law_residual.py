"""How well a predicted clip obeys its scene's law of flight by itself, wherever its objects are.

e[t] = mean over objects of |D² x_seen[t] - a|,  D² x[t] = (x[t] - 2 x[t-1] + x[t-2]) / dt², a the acceleration of free
flight. Frames whose difference spans a true contact are left out: contacts have metrics of their own, and one that is
seen elsewhere pays. The first two differences begin in the context: a clip that obeys the law and breaks with what was
shown pays there.
"""

import numpy as np

from dynarena.engines.track_motion import averaged, either, of_flight, track_motion

perfect, better, unit, scope, kind = 0, "lower", "world length per time squared", "trajectory", "physical"
kinds = ["video"]
source = "NewtonRewards, arXiv:2512.00425, kinematic residual; here of second order and anchored in the context"
applies = of_flight

CONTACT = 1e-6


def metric(forecast, truth, task, *, worst=4.0):
    """Residual of the law of flight [trajectory, time].

    No residual exceeds `worst` worlds a timescale a step, which is what a missing object costs. Frames near one in
    which the true disc is cut by the border are not judged. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    ceiling = worst * seen.world / float(task.facts["timescale"]) / seen.dt
    before = seen.velocity[:, :1] - seen.pull[:, None] * seen.dt
    true = _rest(seen.velocity, before, seen)
    rest = _rest(seen.velocity + seen.change, before, seen)
    error = np.where(either(seen.broken), ceiling, np.minimum(rest, ceiling))
    judged = ~either(~seen.steps) & (true < CONTACT * ceiling)
    return averaged(error, judged)


def _rest(velocity, before, seen):
    """|acceleration less that of free flight| of every step [..., time, object]; `before` is the context's velocity."""
    first = np.broadcast_to(before, (*velocity.shape[:-3], 1, *velocity.shape[-2:]))
    rest = np.diff(velocity, axis=-3, prepend=first) / seen.dt - seen.pull[:, None]
    return np.hypot(rest[..., 0], rest[..., 1])
