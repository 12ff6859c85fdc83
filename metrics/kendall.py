"""Kendall's rank correlation τ_b between forecast and truth over the leads.

τ_b = (concordant - discordant pairs of leads) / sqrt( pairs not tied in f · pairs not tied in u )

One value a trajectory: the mean over channels. 1 where neither varies, 0 where one of the two does not. It is blind to
offset and scale, so a forecast off by a constant is as good as the truth: it only describes, and nrmse is its guard. So
it is to every increasing distortion. The field's database has NaN for a component that stands still. Angles differ
round the circle. An ensemble answers by its mean. Measured between two truths of Lorenz 1963, 300 points at 30 a
Lyapunov time: 0.01 ± 0.02.
"""

import numpy as np
from scipy.stats import kendalltau

from dynarena.evaluation import states

perfect, better, unit, scope, kind = None, "higher", "1", "trajectory", "pointwise"
source = "Kendall (1945), Biometrika 33, 239; Gilpin (2023), Phys. Rev. Research 5, 043252"
guard = "nrmse"
kinds = ["chaos"]

STILL = 1e-12  # stds: a series that moves less does not vary


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    f, u = _series(forecast, truth, task)
    channels = range(u.shape[-1])
    return np.array([np.mean([_tau(a[:, c], b[:, c]) for c in channels]) for a, b in zip(f, u, strict=True)])


def _tau(a, b):
    vary = [np.ptp(series) > STILL for series in (a, b)]
    if not all(vary):
        return float(not any(vary))
    return kendalltau(a, b, method="asymptotic").statistic


def _series(forecast, truth, task):
    """Forecast and truth as deviations from the train mean, [trajectory, time, component]."""
    return (states.anomaly(a, task) for a in (states.point(forecast, task), states.values(truth, task)))
