"""How many things too many or too few a predicted clip shows.

e[t] = |N_seen[t] - N_true[t]|, N the number of connected pieces, eight neighbours a pixel, that differ from the
background by at least a quarter of the light in some channel; counted alike in the forecast's and the true frames.
"""

import numpy as np
from scipy.ndimage import label

perfect, better, unit, scope, kind = None, "lower", "objects", "trajectory", "physical"
kinds = ["video"]
source = "PhyWorld, arXiv:2411.02385: objects that vanish or split; here every piece counts"

APART = 0.25


def metric(forecast, truth, task):
    """Error of the count [trajectory, time].

    The background is the commonest colour of the true clip. Samples are averaged.
    """
    order = ("trajectory", "time", "channel", "y", "x")
    seen = _light(forecast["frames"].transpose(..., *order).values)
    true = _light(truth["frames"].transpose(*order).values)
    ground = np.median(true, axis=(0, 1, 3, 4))[:, None, None]
    error = np.abs(_pieces(seen, ground) - _pieces(true, ground)).astype(float)
    return error.mean(axis=0) if error.ndim == 3 else error


def _light(frames):
    return frames / 255.0 if frames.dtype == np.uint8 else np.asarray(frames, dtype=np.float64)


def _pieces(frames, ground):
    """[..., channel, y, x] -> [...]: pieces of each frame."""
    mask = (np.abs(frames - ground) >= APART).any(axis=-3)
    flat = mask.reshape(-1, *mask.shape[-2:])
    return np.array([label(one, np.ones((3, 3)))[1] for one in flat]).reshape(mask.shape[:-2])
