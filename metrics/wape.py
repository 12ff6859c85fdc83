"""Weighted absolute percentage error.

e = 100 · Σ |f - u| / std / Σ |u| / std

One value a trajectory, the sums running over leads and the state, std that of train, one a channel; the field's
database sums raw units, so the largest component decides. It depends on where zero lies. Σ |u| / std counts as `LEAST`
a term at least. Angles differ round the circle. An ensemble answers by its mean. Measured between two truths of Lorenz
1963, 300 points at 30 a Lyapunov time: 78.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "percent", "trajectory", "pointwise"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
kinds = ["chaos", "pde"]

LEAST = 1e-10


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    exact = states.values(truth, task)
    apart = np.abs(states.difference(states.point(forecast, task), exact, task))
    size = np.abs(states.difference(exact, np.zeros_like(exact), task))
    miss, whole = (states.over_state(a, task).mean(axis=1) for a in (apart, size))
    return 100 * miss / np.maximum(whole, LEAST)
