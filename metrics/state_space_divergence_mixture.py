"""Kullback-Leibler divergence between two clouds of Gaussians, one on each visited state, above its floor: D_stsp.

D = E_p log( p / ((1 - a) q + a p) ),  p = mean_i N(u_i, σ² I),  q = mean_i N(f_i, σ² I);  value = max(D - D₀, 0)

The form for systems of many coordinates, where boxes stay empty. σ is `width` train stds, a = 1/1000 bounds a forecast
that shares no state with the truth by log 1/a = 6.9 nats, instead of the infinity that the well-known codes filter out
or average away; they also draw their samples anew at each call. Here the expectation runs over `samples` draws from p
with the fixed key (1, 2) of a counter-based generator. Both clouds are blurred alike, so a forecast that shrinks does
not win, and points far outside lower q wherever they are. D₀ is the divergence between two halves of the true set,
trajectories taken in turn. At most `most` evenly spaced states are used, standardised by train; an angle gives its
cosine and sine. 0 for the truth; the mean over the members of an ensemble. Measured between two true sets of Lorenz
1963, 300 points at 30 a Lyapunov time: below 0.03 with 20 to 80 trajectories. Time does not enter: spectrum_distance is
its guard.
"""

import numpy as np
from scipy.spatial.distance import cdist

from dynarena.errors import UsageError
from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "nat", "task", "distributional"
source = "Brenner et al. (2022), ICML (D_stsp, mixture form); Lee (1999), ACL, 25 (skew divergence)"
guard = "spectrum_distance"
kinds = ["chaos"]

SHARE = 1e-3
KEY = (1, 2)


def metric(forecast, truth, task, *, width=0.3, samples=500, most=2000):
    """One value for the set, in nats."""
    paths = _paths(states.values(truth, task), task) / width
    if len(paths) < 2:
        raise UsageError("this metric needs two trajectories", got="1", fix="test on more trajectories")
    exact, half, rest = _thin(paths, most), _thin(paths[::2], most), _thin(paths[1::2], most)
    floor = _divergence(half, rest, samples)
    found = [_thin(_paths(member, task) / width, most) for member in states.members(forecast, task)]
    return float(np.mean([max(_divergence(exact, cloud, samples) - floor, 0.0) for cloud in found]))


def _paths(a, task):
    """[trajectory, time, coordinate]"""
    return states.embed(a, task).reshape(*a.shape[:2], -1)


def _thin(paths, most):
    """At most `most` evenly spaced states, [point, coordinate]."""
    cloud = paths.reshape(-1, paths.shape[-1])
    return cloud[:: max(1, -(-len(cloud) // most))]


def _divergence(p, q, samples):
    """The skew divergence of the mixtures of unit Gaussians about the points p and q."""
    random = np.random.Generator(np.random.Philox(key=np.array(KEY, dtype=np.uint64)))
    centre = p[np.arange(samples) * len(p) // samples]
    drawn = centre + random.normal(size=centre.shape)
    ratio = np.exp(np.minimum(_log_density(drawn, q) - _log_density(drawn, p), 700.0))
    return max(-np.log1p((1 - SHARE) * (ratio - 1)).mean(), 0.0)


def _log_density(points, cloud):
    """The logarithm of the mixture's density up to a constant, safe where every Gaussian underflows."""
    exponent = -cdist(points, cloud, "sqeuclidean") / 2
    highest = exponent.max(axis=1, keepdims=True)
    return highest[:, 0] + np.log(np.exp(exponent - highest).mean(axis=1))
