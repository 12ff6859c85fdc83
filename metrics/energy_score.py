"""Energy score of an ensemble, in train stds: the continuous ranked probability score of whole states.

ES = mean_i |x_i - u| - 1/(2K²) Σ_i Σ_j |x_i - x_j|,  |·| the root mean square over the state

[trajectory, time]. Beside crps, which judges each component alone, it sees whether members keep components together.
States are standardised by train; an angle gives its cosine and sine, because distances round several circles at once
would not keep the score proper. A deterministic forecast (K = 1) scores its root mean square error. The pair term
divides by K², not by K(K - 1), so that placing members on purpose gains nothing. For one real component it is crps.
Measured, Lorenz 1963: one other truth has 1.2, the train mean 0.89, an ensemble of 20 other truths 0.62.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "std", "trajectory", "probabilistic"
source = "Gneiting & Raftery (2007), JASA 102, 359; Gneiting et al. (2008), TEST 17, 211"


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    exact = states.embed(states.values(truth, task), task)
    ensemble = [states.embed(member, task) for member in states.members(forecast, task)]
    count, nothing = len(ensemble), np.zeros(exact.shape[:2])
    miss = sum((_apart(member, exact, task) for member in ensemble), start=nothing) / count
    pairs = (_apart(ensemble[i], ensemble[j], task) for i in range(count) for j in range(i))
    return np.maximum(miss - sum(pairs, start=nothing) / count**2, 0.0)


def _apart(a, b, task):
    """Root mean square distance over the state, [trajectory, time]."""
    return np.sqrt(states.over_state((a - b) ** 2, task))
