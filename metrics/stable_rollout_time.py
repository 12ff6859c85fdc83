"""How long a rollout stays as strong as the truth ever is, in the system's timescale.

The last lead up to which  min |u| / factor <= |f(t)| <= factor · max |u|,  |v| = sqrt( mean over fields of <(v - m)²> )

|·| is the size of the deviation from the train mean m, in train stds, by volume over space; the smallest and the
largest are taken over all test truths and leads, and widened by the factor. One value a trajectory; the whole horizon
where the forecast never leaves. A forecast that blows up leaves above, one that dies out below, unless the truth dies
out too. It compares no point with any, so a frozen state is stable for ever: it never ranks (`perfect` is None) and
stands beside nrmse. valid_prediction_time asks how long the error is small. The mean over the members of an ensemble.
"""

import numpy as np

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = None, "higher", "timescale", "trajectory", "physical"
source = "after McCabe, Harrington, Subramanian & Brown (2023), TMLR (stability of autoregressive neural operators)"
guard = "nrmse"
kinds = ["pde"]


def metric(forecast, truth, task, *, factor=2.0):
    """One value a trajectory, [trajectory], in timescales."""
    exact = _size(states.values(truth, task), task)
    low, high = exact.min() / factor, exact.max() * factor
    sizes = (_size(member, task) for member in states.members(forecast, task))
    return np.mean([states.lasting((low <= size) & (size <= high), task) for size in sizes], axis=0)


def _size(a, task):
    """[trajectory, time]"""
    return np.sqrt(fields.over_state(states.anomaly(a, task) ** 2, task))
