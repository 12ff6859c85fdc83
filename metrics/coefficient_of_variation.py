"""Coefficient of variation of the error, in percent.

c = 100 · mean over channels of sd_t(f - u) / |mean_t u|

One value a trajectory. It is blind to a constant offset and explodes where the truth's mean over the scored window is
near zero (it counts as `LEAST` stds at least): it only describes, and nrmse is its guard. The field's database keeps
the sign of the mean, so a negative mean makes worse forecasts better, and adds 1e-10 to it. Angles differ round the
circle. An ensemble answers by its mean. Measured between two truths of Lorenz 1963, 300 points at 30 a Lyapunov time:
1400 to 1500.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = None, "lower", "percent", "trajectory", "pointwise"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
guard = "nrmse"
kinds = ["chaos"]

LEAST = 1e-10


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    exact = states.values(truth, task)
    spread = states.difference(states.point(forecast, task), exact, task).std(axis=1)
    size = np.abs(states.difference(exact, np.zeros_like(exact), task).mean(axis=1))
    return 100 * (spread / np.maximum(size, LEAST)).mean(axis=1)
