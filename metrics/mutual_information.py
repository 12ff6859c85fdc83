"""Mutual information between forecast and truth, in nats.

I = ψ(N) + ψ(k) - mean of ψ(n_f + 1) + ψ(n_u + 1)

One value for the set: the mean over components of Kraskov's estimate from `neighbours` nearest neighbours among at most
`most` evenly spaced pairs (f, u) of all trajectories, both divided by their own sd; n counts the neighbours along f or
u strictly within the distance of the k-th in the plane; negative ones count as 0. No noise is added, so it is
deterministic; the field's database adds unseeded noise. Any invertible distortion of the truth has the same I, and the
truth's own value is no more than ψ(N) - ψ(k): it only describes, and nrmse is its guard. Angles differ round the
circle. An ensemble answers by its mean. Measured between two truths of Lorenz 1963, 300 points at 30 a Lyapunov time:
below 0.01, and 0.4 for noise of half a std.
"""

import numpy as np
from scipy.spatial import KDTree
from scipy.special import digamma

from dynarena.errors import UsageError
from dynarena.evaluation import states

perfect, better, unit, scope, kind = None, "higher", "nat", "task", "pointwise"
source = "Kraskov, Stoegbauer & Grassberger (2004), Phys. Rev. E 69, 066138"
guard = "nrmse"
kinds = ["chaos"]


def metric(forecast, truth, task, *, neighbours=3, most=1000):
    """One value for the set."""
    f, u = (_cloud(a, task, most) for a in (states.point(forecast, task), states.values(truth, task)))
    if len(u) <= neighbours:
        raise UsageError("too few states for mutual information", expected=f"> {neighbours}", got=str(len(u)))
    return float(np.mean([_information(f[:, c], u[:, c], neighbours) for c in range(u.shape[1])]))


def _cloud(a, task, most):
    """Evenly spaced deviations in units of their own sd, [point, component]."""
    flat = states.anomaly(a, task).reshape(-1, a.shape[-1])
    thin = flat[:: max(1, -(-len(flat) // most))]
    spread = thin.std(axis=0)
    return thin / np.where(spread > 0, spread, 1)


def _information(a, b, neighbours):
    plane = np.stack([a, b], axis=1)
    far = KDTree(plane).query(plane, k=neighbours + 1, p=np.inf)[0][:, -1]
    counts = _within(a, far), _within(b, far)  # each counts its own point, which is the 1 of n + 1
    return max(digamma(len(a)) + digamma(neighbours) - sum(digamma(count).mean() for count in counts), 0.0)


def _within(series, far):
    """How many points lie strictly closer than `far`, the point itself among them."""
    ranked, reach = np.sort(series), far * (1 - 1e-10)  # clear of rounding
    return np.searchsorted(ranked, series + reach, "right") - np.searchsorted(ranked, series - reach, "left")
