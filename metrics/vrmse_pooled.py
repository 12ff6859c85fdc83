"""Root mean square error of all fields together, in units of the truth's own deviation over space at that time.

e(t) = sqrt( Σ_c <(f_c - u_c)²>/s_c² / Σ_c <(u_c - <u_c>)²>/s_c² ),  <·> the mean over space, s_c the train std

[trajectory, time]. vrmse in one ratio: a field that is all but homogeneous at some time does not rule the value. 1 for
a forecast that knows the space averages alone. Averages over space weigh by volume. An ensemble answers by its mean.
Measured between two truths of a stirred field: 1.5.
"""

import numpy as np

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Ohana et al. (2024), The Well, NeurIPS Datasets & Benchmarks (VRMSE), its fields pooled in train variances"
kinds = ["pde"]


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    exact = states.values(truth, task)
    error = fields.over_state(states.difference(states.point(forecast, task), exact, task) ** 2, task)
    spread = fields.over_state(fields.centred(states.anomaly(exact, task), task) ** 2, task)
    return np.sqrt(error / np.maximum(spread, fields.LEAST**2))
