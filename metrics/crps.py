"""Continuous ranked probability score of an ensemble, in train stds.

CRPS = ∫ (F(x) - 1{x ≥ u})² dx = mean_i |x_i - u| - 1/(2K²) Σ_i Σ_j |x_i - x_j|

F is the empirical law of the K members. [trajectory, time], averaged over the state after division by the std of each
channel. A deterministic forecast (K = 1) scores its mean absolute error. Angles use distances round the circle, which
keeps the score proper (Grimit et al. 2006). The pair term divides by K², not by K(K - 1): the "fair" form is proper
only for members drawn independently, and a model that places its members on purpose beats it (two members that merely
bracket the truth score a perfect 0).
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "std", "trajectory", "probabilistic"
source = "Gneiting & Raftery (2007), JASA 102, 359; Grimit et al. (2006), QJRMS 132, 2925"


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    ensemble, exact = states.members(forecast, task), states.values(truth, task)
    miss = sum(_apart(member, exact, task) for member in ensemble) / len(ensemble)
    return np.maximum(miss - _spread(ensemble, task), 0.0)


def _spread(ensemble, task):
    """1/(2K²) Σ_i Σ_j |x_i - x_j|, [trajectory, time]: pair by pair on the circle, else by sorted neighbours."""
    k, nothing = len(ensemble), np.zeros(ensemble.shape[1:3])
    if any(channel.angle for channel in task.channels):
        pairs = (_apart(ensemble[i], ensemble[j], task) for i in range(k) for j in range(i))
        return sum(pairs, start=nothing) / k**2
    ranked = np.sort(ensemble, axis=0)  # the gap below member i is part of i (k - i) pairs
    gaps = (i * (k - i) * _apart(ranked[i], ranked[i - 1], task) for i in range(1, k))
    return sum(gaps, start=nothing) / k**2


def _apart(a, b, task):
    return states.over_state(np.abs(states.difference(a, b, task)), task)
