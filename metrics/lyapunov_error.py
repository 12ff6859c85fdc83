"""Error of the largest Lyapunov exponent that the forecast's own series shows, in units of 1 / timescale.

|λ(forecast) - λ(truth)| · timescale,  λ = slope of mean log d(t) over `span` timescales

d(t) is the distance, t later, of two states that were nearest neighbours: at most `most` evenly spaced states of all
trajectories, each with the nearest state that belongs to another trajectory or lies a timescale or more away, both with
`span` timescales of future. The truth's exponent is estimated in the same way, so what neighbours at finite distance
underestimate is underestimated alike and cancels; well-known library estimates are off by their bias. Distances are
Euclidean, standardised by train, at least `LEAST`; an angle gives its cosine and sine. 0 for the truth, 1 to 1.5 for a
forecast that stands still (neighbours part faster at first); the mean over the members of an ensemble. Measured floor
between two true sets of Lorenz 1963, 300 points at 30 a Lyapunov time: below 0.12. spectrum_distance is its guard.
"""

import numpy as np
from scipy.spatial import KDTree

from dynarena.errors import UsageError
from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1 / timescale", "task", "distributional"
source = "Rosenstein, Collins & De Luca (1993), Physica D 65, 117; Kantz (1994), Phys. Lett. A 185, 77"
guard = "spectrum_distance"
kinds = ["chaos"]

LEAST = 1e-9
NEIGHBOURS = 12
CROWD = 20000


def metric(forecast, truth, task, *, span=1.0, most=800):
    """One value for the set."""
    dt = states.in_timescales(task)
    exact = states.values(truth, task)
    steps = min(round(span / dt), exact.shape[1] // 2)
    if steps < 1:
        raise UsageError("the horizon is too short to see neighbours part", where=task.id, got=str(exact.shape[1]))
    own = _exponent(exact, task, steps, dt, most)
    found = [_exponent(member, task, steps, dt, most) for member in states.members(forecast, task)]
    return float(np.mean(np.abs(np.array(found) - own)))


def _exponent(a, task, steps, dt, most):
    """The slope of the mean log distance, a timescale."""
    waves = states.embed(a, task)
    paths = waves.reshape(*waves.shape[:2], -1)
    here, there = _neighbours(paths, steps, round(1 / dt), most)
    if len(here) == 0:
        return 0.0
    flat = paths.reshape(-1, paths.shape[-1])
    ahead = np.arange(steps + 1)
    apart = flat[here[:, np.newaxis] + ahead] - flat[there[:, np.newaxis] + ahead]
    growth = np.log(np.maximum(np.sqrt((apart**2).sum(axis=-1)), LEAST)).mean(axis=0)
    return np.polyfit(ahead * dt, growth, 1)[0]


def _neighbours(paths, steps, window, most):
    """Pairs of places in the flattened set: evenly spaced states and the nearest that Theiler's window admits."""
    n, leads = paths.shape[:2]
    places = (np.arange(n)[:, np.newaxis] * leads + np.arange(leads - steps)).ravel()
    places = places[:: max(1, -(-len(places) // CROWD))]
    asked = places[:: max(1, -(-len(places) // most))]
    flat = paths.reshape(-1, paths.shape[-1])
    _, rank = KDTree(flat[places]).query(flat[asked], k=min(NEIGHBOURS, len(places)))
    other = places[np.reshape(rank, (len(asked), -1))]
    mine = asked[:, np.newaxis]
    admitted = (other // leads != mine // leads) | (np.abs(other - mine) > window)
    kept = admitted.any(axis=1)
    return asked[kept], other[np.arange(len(asked)), admitted.argmax(axis=1)][kept]
