"""Kullback-Leibler divergence between two clouds of Gaussians, one on each visited state, in nats.

D = E_p log( p / ((1 - a) q + a p) ),  p = mean_i N(u_i, I),  q = mean_i N(f_i, I)

States are standardised by train, an angle gives its cosine and sine; a = 1e-6 bounds D by log 1/a = 13.8. The field's
database has the unit covariance in whatever units its data have, draws unseeded samples from p at each call, and is
infinite where q underflows. Here the expectation runs over `samples` draws with the fixed key (1, 1) of a counter-based
generator; negative estimates count as 0. At most `most` evenly spaced states a set. Gaussians one std wide blur all
that is finer: state_space_divergence_mixture is the sharper form, above its floor. 0 for the truth; the mean over the
members of an ensemble. Measured between two truths of Lorenz 1963, 300 points at 30 a Lyapunov time: below 0.01 with 40
trajectories. Time does not enter: spectrum_distance is its guard.
"""

import numpy as np
from scipy.spatial.distance import cdist

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "nat", "task", "distributional"
source = "Hershey & Olsen (2007), ICASSP; Gilpin (2023), Phys. Rev. Research 5, 043252"
guard = "spectrum_distance"
kinds = ["chaos"]

SHARE = 1e-6
KEY = (1, 1)


def metric(forecast, truth, task, *, samples=500, most=1500):
    """One value for the set, in nats."""
    exact = _cloud(states.values(truth, task), task, most)
    drawn = _draw(exact, samples)
    p = _log_density(drawn, exact)
    found = [_log_density(drawn, _cloud(member, task, most)) for member in states.members(forecast, task)]
    return float(np.mean([_divergence(p, q) for q in found]))


def _cloud(a, task, most):
    """Evenly spaced standardised states, [point, coordinate]."""
    waves = states.embed(a, task)
    flat = waves.reshape(-1, waves.shape[-1])
    return flat[:: max(1, -(-len(flat) // most))]


def _draw(cloud, samples):
    random = np.random.Generator(np.random.Philox(key=np.array(KEY, dtype=np.uint64)))
    centre = cloud[np.arange(samples) * len(cloud) // samples]
    return centre + random.normal(size=centre.shape)


def _divergence(p, q):
    ratio = np.exp(np.minimum(q - p, 700.0))
    return max(-np.log1p((1 - SHARE) * (ratio - 1)).mean(), 0.0)


def _log_density(points, cloud):
    """The logarithm of the mixture's density up to a constant, safe where every Gaussian underflows."""
    exponent = -cdist(points, cloud, "sqeuclidean") / 2
    highest = exponent.max(axis=1, keepdims=True)
    return highest[:, 0] + np.log(np.exp(exponent - highest).mean(axis=1))
