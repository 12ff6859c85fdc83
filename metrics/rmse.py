"""Root mean square error, in train stds.

e = sqrt( mean over leads and the state of ((f - u) / std)² )

One value a trajectory; the curve is the root at each lead. std is that of train, one a channel; the field's database
takes whatever units its data have. nrmse divides by the truth's own deviation instead. Angles differ round the circle.
An ensemble answers by its mean. Measured between two truths of Lorenz 1963, 300 points at 30 a Lyapunov time: 1.4.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "std", "trajectory", "pointwise"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
kinds = ["chaos", "pde"]


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    return np.sqrt((curve(forecast, truth, task) ** 2).mean(axis=1))


def curve(forecast, truth, task):
    """The root mean square over the state at each lead, [trajectory, time]."""
    apart = states.difference(states.point(forecast, task), states.values(truth, task), task)
    return np.sqrt(states.over_state(apart**2, task))
