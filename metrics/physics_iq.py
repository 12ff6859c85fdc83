"""The Physics-IQ score, 1 for the true clip: clip((ST + S + W) / 3 - MSE, 0, 1).

S, ST, W are the overlaps of the motion masks in space, in space and time, and in amount, MSE the mean squared error of
pixels. The original divides each by its value between two takes of the same event; here the event repeats exactly, so
these are 1, and 0 for the MSE.
"""

import numpy as np

from dynarena.engines.motion_overlap import amount, clip_masks, over_samples, space, space_time

perfect, better, unit, scope, kind = 1, "higher", "1", "trajectory", "physical"
kinds = ["video"]
source = "Motamed et al. (2025), Physics-IQ, arXiv:2501.09038; the divisors are those of exact repetition"


def metric(forecast, truth, task):
    """Score [trajectory]; samples are averaged."""
    masks = clip_masks(forecast, truth)
    overlap = (space_time(*masks).mean(axis=-1) + space(*masks) + amount(*masks)) / 3
    return over_samples(np.clip(overlap - _mse(forecast, truth), 0.0, 1.0), 1)


def _mse(forecast, truth):
    order = ("trajectory", "time", "channel", "y", "x")
    seen, true = (data["frames"].transpose(..., *order).values for data in (forecast, truth))
    light = true / 255.0 if true.dtype == np.uint8 else true
    return ((seen.astype(np.float64) - light) ** 2).mean(axis=(-4, -3, -2, -1))
