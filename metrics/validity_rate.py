"""In how many frames the objects of a predicted clip can be measured at all.

share = mean over objects of [one compact disc of the object's colour is seen, its area within a factor of two of the
true one, with no object of a strange colour in the frame]. A frozen clip is valid: this says whether the other numbers
are those of motion or of failure, and ranks nothing.
"""

import numpy as np

from dynarena.engines.track_motion import averaged, of_objects, track_motion

perfect, better, unit, scope, kind = None, "higher", "1", "trajectory", "physical"
kinds = ["video"]
source = "Morpheus, arXiv:2504.02918, discard rate; here kept beside the errors and never instead of them"
applies = of_objects


def metric(forecast, truth, task):
    """Share of valid objects [trajectory, time] among those truly in view; samples are averaged."""
    seen = track_motion(forecast, truth, task)
    return 1.0 - averaged(np.where(seen.missing, 1.0, 0.0), seen.judged)
