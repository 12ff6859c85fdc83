"""Root mean square error of each field, in units of that field's own deviation from its train mean.

e = mean over fields c of sqrt( Σ_t <(f_c - u_c)²> / Σ_t <(u_c - m_c)²> ),  <·> the mean over space, m that of train

One value a trajectory: 0 for the truth, 1 for climatology, for one field as for ten. nrmse pools the fields in one
ratio, so that a quiet one hardly counts; here each counts alike, and `field` names one to judge alone. The suites that
count so divide by the mean square itself (relative_l2), or add the fields up, so that silence scores their number. A
field that deviates by less than a thousandth of its train std is measured against that thousandth. An ensemble answers
by its mean.
"""

import numpy as np

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Takamoto et al. (2022), PDEBench, NeurIPS (nRMSE), about the train mean and over the horizon"
null = 1
kinds = ["pde"]


def metric(forecast, truth, task, *, field=None):
    """One value a trajectory, [trajectory]."""
    error, spread = _squares(forecast, truth, task)
    each = np.sqrt(error.mean(axis=1) / spread)
    return (each if field is None else each[:, fields.places(task, field)]).mean(axis=1)


def curve(forecast, truth, task):
    """The mean over fields at each lead, in units of the whole horizon's deviation, [trajectory, time]."""
    error, spread = _squares(forecast, truth, task)
    return np.sqrt(error / spread[:, np.newaxis]).mean(axis=2)


def _squares(forecast, truth, task):
    """Mean square error [trajectory, time, field], and the mean square deviation of the truth [trajectory, field]."""
    exact = states.values(truth, task)
    error = fields.average(states.difference(states.point(forecast, task), exact, task) ** 2, task)
    spread = fields.average(states.anomaly(exact, task) ** 2, task).mean(axis=1)
    return error, np.maximum(spread, fields.LEAST**2)
