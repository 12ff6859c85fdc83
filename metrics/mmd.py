"""Maximum mean discrepancy between the states that a forecast visits and those of the truth, squared.

MMD² = E k(u, u') + E k(f, f') - 2 E k(u, f),  k(a, b) = mean over α of (1 + |a - b|² / 2αl²)^-α,  α = 1/2, 1, 2

Rational quadratic kernels, whose tails see far points that a Gaussian forgets. l is the median distance between states
of different true trajectories, so the forecast cannot choose it. Pairs come from different trajectories: the estimate
is unbiased, 0 for the truth itself, and negative ones count as 0. At most `most` evenly spaced states of each set are
used, standardised by train; an angle gives its cosine and sine. One value: the mean over the members of an ensemble.
Measured floor between two true sets of Lorenz 1963, 300 points at 30 a Lyapunov time: below 0.001 with 20 to 80
trajectories; a frozen state has 0.005, a constant 0.1, rho = 36 for 28 0.05. Time does not enter, and the floor hides a
tenth of shrinkage: spectrum_distance is its guard.
"""

import numpy as np
from scipy.spatial.distance import cdist

from dynarena.errors import UsageError
from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1", "task", "distributional"
source = "Gretton et al. (2012), JMLR 13, 723; Binkowski et al. (2018), ICLR (rational quadratic kernels)"
guard = "spectrum_distance"
kinds = ["chaos"]

SHAPES = (0.5, 1.0, 2.0)


def metric(forecast, truth, task, *, most=1000):
    """One value for the set."""
    exact, owner = _cloud(states.values(truth, task), task, most)
    apart = owner[:, np.newaxis] != owner
    if not apart.any():
        raise UsageError("this metric needs two trajectories", got="1", fix="test on more trajectories")
    square = cdist(exact, exact, "sqeuclidean")
    length = np.median(square[apart]) or 1.0
    within = _mean(square, apart, length)
    found = [_cloud(member, task, most)[0] for member in states.members(forecast, task)]
    return float(np.mean([_discrepancy(exact, cloud, apart, length, within) for cloud in found]))


def _cloud(a, task, most):
    """Evenly spaced standardised states [point, coordinate] and the trajectory that each belongs to."""
    waves = states.embed(a, task).reshape(*a.shape[:2], -1)
    step = max(1, -(-a.shape[0] * a.shape[1] // most))
    return waves.reshape(-1, waves.shape[-1])[::step], np.repeat(np.arange(len(a)), a.shape[1])[::step]


def _discrepancy(truth, forecast, apart, length, within):
    own = _mean(cdist(forecast, forecast, "sqeuclidean"), apart, length)
    across = _mean(cdist(truth, forecast, "sqeuclidean"), apart, length)
    return max(within + own - 2 * across, 0.0)


def _mean(square, apart, length):
    """The kernel's mean over pairs of different trajectories; α = 1/2, 1, 2 by roots and squares."""
    ratio = np.minimum(square[apart] / length, 1e100)
    return np.mean([1 / np.sqrt(1 + ratio), 1 / (1 + ratio / 2), 1 / (1 + ratio / 4) ** 2])
