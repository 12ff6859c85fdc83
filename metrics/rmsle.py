"""Root mean square logarithmic error.

e = sqrt( mean over leads and the state of (L(f) - L(u))² ),  L(x) = sign(s) log(1 + |s|),  s = (x - min u) / std

One value a trajectory. Both are shifted by the smallest u of the channel in the trajectory's scored window, and L
continues below it; the field's database shifts each series by its own minimum, which hides every constant offset. It
forgives errors far above the minimum, so it stands beside rmse. Angles differ round the circle. An ensemble answers by
its mean. Measured between two truths of Lorenz 1963, 300 points at 30 a Lyapunov time: 0.49.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
kinds = ["chaos", "pde"]


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    exact = states.values(truth, task)
    u = states.anomaly(exact, task)
    f = u + states.difference(states.point(forecast, task), exact, task)
    least = u.min(axis=(1, *range(3, exact.ndim)), keepdims=True)
    return np.sqrt(states.over_state((_log(f - least) - _log(u - least)) ** 2, task).mean(axis=1))


def _log(shifted):
    return np.sign(shifted) * np.log1p(np.abs(shifted))
