"""How far a forecast's steepest front stands from the truth's, in lengths of the axis.

e(t) = |x*_f - x*_u| / L,  x* = the place of the largest Σ_c (∂_x u_c / std_c)²

[trajectory, time], for fields of one axis whose file has the tag `shocks`. Slopes are taken between neighbours, and the
place is refined by the parabola through the largest and the two beside it; a captured shock is thus placed within half
a cell. Periodic axes are measured the short way round. A forecast without any slope is as far as one can be. Where two
fronts are about as steep the place may jump between them, and the front alone is seen, not what lies between: it never
ranks (`perfect` is None) and stands beside nrmse. An ensemble answers by its mean.
"""

import numpy as np

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = None, "lower", "length of the axis", "trajectory", "pointwise"
source = "after Harten (1983), J. Comput. Phys. 49, 357 (where a scheme puts a discontinuity), as the steepest slope"
guard = "nrmse"
kinds = ["pde"]


def applies(task):
    """Whether the field has one axis and its file says that it shocks."""
    return len(task.dims) == 2 and "shocks" in task.facts.get("tags", ())


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    (axis,) = fields.axes(task)
    there, steep = _front(states.anomaly(states.point(forecast, task), task), axis)
    here, sharp = _front(states.anomaly(states.values(truth, task), task), axis)
    apart, farthest = np.abs(there - here) / axis.length, 1.0
    if axis.periodic:
        apart, farthest = np.minimum(apart, 1 - apart), 0.5
    return np.where(sharp == 0, 0.0, np.where(steep == 0, farthest, apart))


def _front(a, axis):
    """The place of the steepest slope and its square, [trajectory, time]."""
    x = np.append(axis.points, axis.points[0] + axis.length) if axis.periodic else axis.points
    a = np.concatenate([a, a[..., :1]], axis=-1) if axis.periodic else a
    slope = np.minimum(np.abs(np.diff(a)) / np.diff(x), states.LARGEST)
    square = (slope**2).sum(axis=2)
    place = square.argmax(axis=2)
    padded = np.pad(square, ((0, 0), (0, 0), (1, 1)), mode="wrap" if axis.periodic else "constant")
    before, top, after = (np.take_along_axis(padded, (place + side)[..., None], 2)[..., 0] for side in (0, 1, 2))
    bend = 2 * top - before - after
    offset = np.where(bend > 0, (after - before) / np.where(bend > 0, 2 * bend, 1), 0)
    centre = (x[1:] + x[:-1]) / 2
    return centre[place] + offset * np.diff(x)[place], top
