"""Where the objects of a predicted clip are, in units of how far true objects stray.

e[t] = sqrt(mean over objects of |x_seen[t] - x_true[t]|²) / s,  s² = mean over clips, frames and objects of
|x_true - mean over its clip|². 1 is about what one gets who knows each object's mean place and nothing of its motion.
"""

import numpy as np

from dynarena.engines.track_motion import LOST, averaged, of_objects, track_motion

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385, position error; normalised as the field's nRMSE"
applies = of_objects


def metric(forecast, truth, task):
    """Normalised position error [trajectory, time].

    What is missing is as far off as half the world. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    stray = seen.place - seen.place.mean(axis=1, keepdims=True)
    scale = max(np.sqrt((stray**2).sum(axis=-1).mean()), 1e-3 * seen.world)
    square = np.where(seen.missing, (LOST * seen.world) ** 2, (seen.offset**2).sum(axis=-1))
    error = [averaged(sample, judged) for sample, judged in _samples(square, seen.judged)]
    return np.mean([np.sqrt(one) for one in error], axis=0) / scale


def _samples(square, judged):
    """The root is taken a sample, before the mean over samples."""
    return zip(square, judged, strict=True) if square.ndim == 4 else [(square, judged)]
