"""Share of a forecast's points that lie off the attractor: farther from the truth than any of its own points is.

rate = #{f : d(f, U) > r} / #f,  r = max over u of d(u, U of the other half of the trajectories)

d is the distance to the nearest of at most `most` evenly spaced points of the true set U, Euclidean, standardised by
train; an angle gives its cosine and sine. The threshold comes from the truth alone, so the forecast cannot widen it. 0
for the truth, 1 where every point has left; the mean over the members of an ensemble. Measured floor between two true
sets of Lorenz 1963, 300 points at 30 a Lyapunov time, 20 and 80 trajectories: below 0.002. A point that stands still on
the attractor has not left it: spectrum_distance is the guard.
"""

import numpy as np
from scipy.spatial import KDTree

from dynarena.errors import UsageError
from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1", "task", "distributional"
source = "after the nearest-neighbour novelty test of Knorr & Ng (1998), VLDB, 392, on the invariant set"
guard = "spectrum_distance"
kinds = ["chaos"]


def metric(forecast, truth, task, *, most=4000):
    """One value for the set."""
    paths = _paths(states.values(truth, task), task)
    if len(paths) < 2:
        raise UsageError("this metric needs two trajectories", got="1", fix="test on more trajectories")
    step = max(1, -(-paths.shape[0] * paths.shape[1] // most))
    sparse = paths[:, ::step]
    tree, radius = KDTree(sparse.reshape(-1, paths.shape[-1])), _radius(paths, sparse)
    found = [_escaped(_paths(member, task), tree, radius) for member in states.members(forecast, task)]
    return float(np.mean(found))


def _paths(a, task):
    """[trajectory, time, coordinate]"""
    return states.embed(a, task).reshape(*a.shape[:2], -1)


def _radius(paths, sparse):
    """The largest distance from a point of one half of the trajectories to the other half."""
    far = [_nearest(KDTree(np.concatenate(sparse[half::2])), np.concatenate(paths[1 - half :: 2])) for half in (0, 1)]
    return max(distance.max() for distance in far)


def _nearest(tree, points):
    return tree.query(points)[0]


def _escaped(paths, tree, radius):
    return np.mean(_nearest(tree, paths.reshape(-1, paths.shape[-1])) > radius)
