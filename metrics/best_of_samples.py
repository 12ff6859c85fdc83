"""How close the best of several futures comes to the true one.

e = min over samples of mean over time of the position error (centroid_error); with one sample it is that error's mean.
"""

import numpy as np

from dynarena.engines.track_errors import mean_judged
from dynarena.engines.track_motion import LOST, of_objects, track_motion

perfect, better, unit, scope, kind = 0, "lower", "world length", "trajectory", "probabilistic"
kinds = ["video"]
source = "OWM, minADE over hypotheses; Gupta et al. (2018), CVPR, arXiv:1803.10892, best of N"
applies = of_objects


def metric(forecast, truth, task):
    """Least mean position error over the samples [trajectory]; it favours many samples, so it is read beside their
    number.

    What is missing is off by half the world; frames in which the true disc is cut are not judged.
    """
    seen = track_motion(forecast, truth, task)
    length = np.hypot(seen.offset[..., 0], seen.offset[..., 1])
    error = mean_judged(np.where(seen.missing, LOST * seen.world, length), seen.judged).mean(axis=-1)
    return error.min(axis=0) if error.ndim == 2 else error
