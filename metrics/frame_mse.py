"""Mean squared error of pixels in [0, 1]: mean over channels, rows and columns of (f - u)².

Secondary: a blurred clip beats a sharp one that is a pixel off.
"""

import numpy as np

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
kinds = ["video"]
source = "Motamed et al. (2025), Physics-IQ, arXiv:2501.09038; a mean over pixels, not a sum"


def metric(forecast, truth, task):
    """Mean squared error [trajectory, time]; samples are averaged before the difference is taken."""
    order = ("trajectory", "time", "channel", "y", "x")
    seen = forecast["frames"].transpose(..., *order).values
    true = truth["frames"].transpose(*order).values
    light = true / 255.0 if true.dtype == np.uint8 else true
    seen = seen.mean(axis=0) if seen.ndim == 6 else seen
    return ((seen.astype(np.float64) - light) ** 2).mean(axis=(-3, -2, -1))
