"""Symmetric mean absolute percentage error, on the scale from 0 to 200.

e(t) = mean over the state of 200 |f - u| / (|f| + |u|),  0/0 = 0

[trajectory, time]. 200 means opposite signs everywhere, or zero against something. It depends on where zero lies and is
ruled by the truth's zero crossings, so it stands beside other metrics for comparison with the literature. Half of it is
the 0 to 100 form. Angles are taken in (-π, π] with the difference round the circle. An ensemble answers by its mean.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "percent of 200", "trajectory", "pointwise"
source = "Makridakis & Hibon (2000), Int. J. Forecasting 16, 451; Gilpin (2023), Phys. Rev. Research 5, 043252"


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    zero = np.zeros_like(np.array(task.mean))
    answer, exact = states.point(forecast, task), states.values(truth, task)
    size = _size(answer, zero, task) + _size(exact, zero, task)
    apart = np.abs(states.difference(answer, exact, task))
    return states.over_state(200 * apart / np.where(size == 0, 1, size), task)


def _size(a, zero, task):
    return np.abs(states.difference(a, states.per_channel(zero, task), task))
