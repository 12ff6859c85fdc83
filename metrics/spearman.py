"""Spearman's rank correlation between forecast and truth over the leads.

ρ = Pearson's correlation of the ranks, ties sharing their mean rank

One value a trajectory: the mean over channels. 1 where neither varies, 0 where one of the two does not. It is blind to
offset and scale, so a forecast off by a constant is as good as the truth: it only describes, and nrmse is its guard. So
it is to every increasing distortion. The field's database agrees, and returns it for `pearson` too. Angles differ round
the circle. An ensemble answers by its mean. Measured between two truths of Lorenz 1963, 300 points at 30 a Lyapunov
time: 0.01 ± 0.02.
"""

import numpy as np
from scipy.stats import rankdata

from dynarena.evaluation import states

perfect, better, unit, scope, kind = None, "higher", "1", "trajectory", "pointwise"
source = "Spearman (1904), Am. J. Psychol. 15, 72; Gilpin (2023), Phys. Rev. Research 5, 043252"
guard = "nrmse"
kinds = ["chaos"]

STILL = 1e-12  # stds: finer steps are rounding


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    f, u = (rankdata(_still(a), axis=1) for a in _series(forecast, truth, task))
    f, u = (a - a.mean(axis=1, keepdims=True) for a in (f, u))
    f, u = (a / np.maximum(np.abs(a).max(axis=1, keepdims=True), STILL) for a in (f, u))
    ff, uu, fu = ((a * b).sum(axis=1) for a, b in ((f, f), (u, u), (f, u)))
    r = np.clip(fu / np.sqrt(np.where((ff > 0) & (uu > 0), ff * uu, 1)), -1, 1)
    return np.where((ff > 0) & (uu > 0), r, (ff == 0) & (uu == 0)).mean(axis=1)


def _still(a):
    """A series that moves by rounding alone becomes constant."""
    moves = np.ptp(a, axis=1, keepdims=True) > STILL
    return np.where(moves, a, 0.0)


def _series(forecast, truth, task):
    """Forecast and truth as deviations from the train mean, [trajectory, time, component]."""
    return (states.anomaly(a, task) for a in (states.point(forecast, task), states.values(truth, task)))
