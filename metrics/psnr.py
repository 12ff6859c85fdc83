"""Peak signal-to-noise ratio of frames: -10 log10(mean squared error), pixels in [0, 1].

Secondary: a clip that freezes a small object on a white ground still scores high.
"""

import numpy as np

perfect, better, unit, scope, kind = None, "higher", "dB", "trajectory", "pointwise"
kinds = ["video"]
source = "ITU-T J.340 (2010); pixels as fractions of the peak"


def metric(forecast, truth, task, *, cap=60.0):
    """PSNR [trajectory, time], at most `cap` (equal frames would be infinite; 60 dB is less than half a grey level).

    The mean squared error is over channels and pixels of one frame. Samples are averaged in decibels.
    """
    order = ("trajectory", "time", "channel", "y", "x")
    seen = forecast["frames"].transpose(..., *order).values
    true = truth["frames"].transpose(*order).values
    true = true / np.float32(255) if true.dtype == np.uint8 else true
    error = np.square(np.subtract(seen, true, dtype=np.float64)).mean(axis=(-3, -2, -1))
    ratio = -10.0 * np.log10(np.maximum(error, 10.0 ** (-cap / 10.0)))
    return ratio.mean(axis=0) if ratio.ndim == 3 else ratio
