"""Mean absolute percentage error.

e(t) = 100 · mean over the state of |f - u| / |u|

[trajectory, time]. |u| counts as `LEAST` stds at least, so the value is finite and ruled by the truth's zero crossings:
it stands beside other metrics for comparison with the literature. The field's database adds 1e-10 to u itself, so it
still divides by zero at u = -1e-10. Angles differ round the circle. An ensemble answers by its mean. Measured between
two truths of Lorenz 1963, 300 points at 30 a Lyapunov time: 500 to 650.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "percent", "trajectory", "pointwise"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
kinds = ["chaos", "pde"]

LEAST = 1e-10


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    exact = states.values(truth, task)
    size = np.maximum(np.abs(states.difference(exact, np.zeros_like(exact), task)), LEAST)
    apart = np.abs(states.difference(states.point(forecast, task), exact, task))
    return states.over_state(100 * apart / size, task)
