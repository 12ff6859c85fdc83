"""Error of the forecast's correlation dimension, |D₂(forecast) - D₂(truth)|.

C(r) = share of pairs of states closer than r,  D₂ = slope of log C against log r

Grassberger and Procaccia's estimate over `RADII` radii between those at which C of the truth is `low` and `high`: fixed
by the truth, so both dimensions are read at the same scale and the estimator's bias cancels. Pairs of one trajectory
less than a timescale apart (Theiler's window) do not count; the well-known code has no window, fits each set between
its own percentiles and skips failures. At most `most` evenly spaced states a set, standardised by train; an angle gives
its cosine and sine. A set without pairs that close has half a pair, so the slope is finite. 0 for the truth; the mean
over the members of an ensemble. Measured floor between two true sets of Lorenz 1963, 300 points at 30 a Lyapunov time:
below 0.1 with 20 trajectories, 0.03 with 80; noise of half a std has 0.9. Time does not enter: spectrum_distance is its
guard.
"""

import numpy as np
from scipy.spatial.distance import pdist

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1", "task", "distributional"
source = "Grassberger & Procaccia (1983), Physica D 9, 189; Theiler (1986), Phys. Rev. A 34, 2427"
guard = "spectrum_distance"
kinds = ["chaos"]

RADII = 8
LEAST = 1e-9  # std: the smallest radius, where the truth itself stands still


def metric(forecast, truth, task, *, low=0.002, high=0.05, most=2000):
    """One value for the set."""
    exact = states.values(truth, task)
    apart = _pairs(exact.shape, task, most)
    distance = _distances(exact, task, most)[apart]
    if len(distance) == 0:
        return 0.0
    first, last = np.maximum(np.quantile(distance, [low, high]), LEAST)
    radii = np.geomspace(first, max(last, 2 * first), RADII)
    own = _slope(distance, radii)
    found = [_slope(_distances(member, task, most)[apart], radii) for member in states.members(forecast, task)]
    return float(np.mean(np.abs(np.array(found) - own)))


def _step(shape, most):
    return max(1, -(-shape[0] * shape[1] // most))


def _pairs(shape, task, most):
    """Which pairs of the thinned states count, in the order of `pdist`."""
    place = np.arange(shape[0] * shape[1])[:: _step(shape, most)]
    i, j = np.triu_indices(len(place), 1)
    window = 1 / states.in_timescales(task)
    same = place[i] // shape[1] == place[j] // shape[1]
    return ~(same & (place[j] - place[i] < window))


def _distances(a, task, most):
    waves = states.embed(a, task)
    return pdist(waves.reshape(-1, waves.shape[-1])[:: _step(a.shape, most)])


def _slope(distance, radii):
    close = np.searchsorted(np.sort(distance[distance <= radii[-1]]), radii, side="right")
    return np.polyfit(np.log(radii), np.log(np.maximum(close, 0.5)), 1)[0]
