"""Largest error anywhere, in train stds.

e = max over leads, fields and space of |f - u| / std

One value a trajectory: the worst point of the whole horizon, which no average dilutes; the curve is the worst of each
lead. An ensemble answers by its mean. Measured between two truths of a stirred field, 120 leads of 24 points: 4.6.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "std", "trajectory", "pointwise"
source = "Takamoto et al. (2022), PDEBench, NeurIPS (max error), a maximum over time and fields too"
kinds = ["pde"]


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    return curve(forecast, truth, task).max(axis=1)


def curve(forecast, truth, task):
    """The largest error at each lead, [trajectory, time]."""
    apart = states.difference(states.point(forecast, task), states.values(truth, task), task)
    return np.abs(apart).max(axis=tuple(range(2, apart.ndim)))
