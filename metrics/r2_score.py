"""Coefficient of determination.

R² = 1 - Σ w (f - u)² / Σ w (u - ū)²,  w = 1 / std² of the channel

The sums run over leads and the state; ū is the mean of each channel over the trajectory's scored window (and space).
One value a trajectory: 1 for the truth, 0 for ū, unbounded below. The field's database takes one mean over all
components, so a forecast of each component's mean scores above 0. A truth that does not vary is measured against a
millionth of a std. Angles differ round the circle. An ensemble answers by its mean. Measured between two truths of
Lorenz 1963, 300 points at 30 a Lyapunov time: -1.05.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 1, "higher", "1", "trajectory", "pointwise"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
kinds = ["chaos", "pde"]

LEAST = 1e-12


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    exact = states.values(truth, task)
    error = states.over_state(states.difference(states.point(forecast, task), exact, task) ** 2, task).mean(axis=1)
    deviation = states.anomaly(exact, task)
    deviation = deviation - deviation.mean(axis=(1, *range(3, exact.ndim)), keepdims=True)
    spread = states.over_state(deviation**2, task).mean(axis=1)
    return 1 - error / np.maximum(spread, LEAST)
