"""Energy score of several futures as places of objects: proper, so that honest spread wins and hedging does not.

ES[t] = mean_i |X_i - x| - 1/(2K²) Σ_i Σ_j |X_i - X_j|, |·| the root mean square over objects, X_i the places seen in
sample i and x the true ones. With one sample it is the position error.
"""

import numpy as np

from dynarena.engines.track_motion import LOST, of_objects, track_motion

perfect, better, unit, scope, kind = 0, "lower", "world length", "trajectory", "probabilistic"
kinds = ["video"]
source = "Gneiting & Raftery (2007), JASA 102, 359"
applies = of_objects


def metric(forecast, truth, task):
    """Energy score [trajectory, time] in world units.

    What is missing is put half a world away, always at the same place, so that to vanish together is no spread. Frames
    in which a true disc is cut by the border do not judge it.
    """
    seen = track_motion(forecast, truth, task)
    wrong = np.where(seen.missing[..., None], [LOST * seen.world, 0.0], seen.offset)
    wrong = np.where(seen.judged[..., None], wrong, 0.0)
    samples = wrong if wrong.ndim == 5 else wrong[None]
    share = np.maximum(seen.judged[0] if seen.judged.ndim == 4 else seen.judged, 0).sum(axis=-1)
    count = len(samples)
    miss = np.mean([_size(one, share) for one in samples], axis=0)
    pairs = sum((_size(samples[i] - samples[j], share) for i in range(count) for j in range(i)), start=0.0 * miss)
    return np.maximum(miss - pairs / count**2, 0.0)


def _size(wrong, share):
    """Root mean square over the judged objects, [trajectory, time]."""
    return np.sqrt((wrong**2).sum(axis=(-2, -1)) / np.maximum(share, 1))
