"""How well a predicted clip obeys its scene's law by itself, wherever its objects are.

e[t] = mean over objects of |D² x_seen[t] - a|,  D² x[t] = (x[t] - 2 x[t-1] + x[t-2]) / dt², a the acceleration of free
flight. Frames around a contact, seen or true, are left out: there the law is that of contacts, and has metrics of its
own. The first two differences begin in the context: a clip that obeys the law and breaks with what was shown pays
there.
"""

import numpy as np

from dynarena.engines.track_motion import averaged, either, of_discs, track_motion

perfect, better, unit, scope, kind = 0, "lower", "world length per time squared", "trajectory", "physical"
kinds = ["video"]
source = "NewtonRewards, arXiv:2512.00425, kinematic residual; here of second order and anchored in the context"
applies = of_discs

NEAR = 1.1


def metric(forecast, truth, task, *, worst=4.0):
    """Residual of the law of flight [trajectory, time].

    No residual exceeds `worst` worlds a timescale a step, which is what a missing object costs. Frames near one in
    which the true disc is cut by the border are not judged. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    ceiling = worst * seen.world / float(task.facts["timescale"]) / seen.dt
    speed = seen.velocity + seen.change
    before = seen.velocity[:, :1] - seen.pull[:, None] * seen.dt
    before = np.broadcast_to(before, (*speed.shape[:-3], 1, *speed.shape[-2:]))
    rest = np.diff(speed, axis=-3, prepend=before) / seen.dt - seen.pull[:, None]
    error = np.minimum(np.hypot(rest[..., 0], rest[..., 1]), ceiling)
    error = np.where(either(seen.broken), ceiling, error)
    touching = _touching(seen.place, seen) | _touching(seen.place + seen.offset, seen)
    judged = ~either(~seen.steps) & ~either(either(touching))
    return averaged(error, np.broadcast_to(judged, error.shape))


def _touching(place, seen):
    """Whether an object is at another or at the border in a frame or in the next, [..., time, object]."""
    reach, world = NEAR * seen.radius, seen.world
    close = ((place < reach[..., None]) | (place > world - reach[..., None])).any(axis=-1)
    for i in range(place.shape[-2]):
        for j in range(i):
            apart = np.hypot(*np.moveaxis(place[..., i, :] - place[..., j, :], -1, 0))
            met = apart < reach[..., i] + reach[..., j]
            close[..., i] |= met
            close[..., j] |= met
    after = np.concatenate([close[..., 1:, :], close[..., -1:, :]], axis=-2)
    return close | after
