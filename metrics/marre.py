"""Mean absolute error relative to the truth's range, in percent.

e(t) = 100 · mean over the state of |f - u| / (max u - min u)

[trajectory, time]. The range is that of each channel over the trajectory's scored window (and space), at least `LEAST`
stds; the field's database takes one range over all components, so a wide one hides the error of the others. Angles
differ round the circle. An ensemble answers by its mean. Measured between two truths of Lorenz 1963, 300 points at 30 a
Lyapunov time: 25.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "percent", "trajectory", "pointwise"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
kinds = ["chaos", "pde"]

LEAST = 1e-6


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    exact = states.values(truth, task)
    deviation = states.anomaly(exact, task)
    over = (1, *range(3, exact.ndim))
    width = np.maximum(deviation.max(axis=over, keepdims=True) - deviation.min(axis=over, keepdims=True), LEAST)
    apart = states.difference(states.point(forecast, task), exact, task)
    return states.over_state(100 * np.abs(apart) / width, task)
