"""Structural similarity of fields.

SSIM = mean over fields and space of l · cs,  l the likeness of local means, cs that of local contrast and structure

[trajectory, time]. Local means and variances are taken under a Gaussian window of 11 points an axis, sigma 1.5, which
goes round periodic axes and is reflected at walls: no grid is too small, of 1, 2 or 3 axes. Each field is scaled so
that the truth of a trajectory ranges from 0 to 1 over the horizon, never the forecast, so units, amplitudes and signs
do not matter. 1 for the truth, about 0 where nothing is alike. The window is counted in points: on a finer grid it sees
less of space. Members of an ensemble are averaged. ssim is the index of frames.
"""

import numpy as np

from dynarena.evaluation import similarity

perfect, better, unit, scope, kind = 1, "higher", "1", "trajectory", "pointwise"
source = "Wang, Bovik, Sheikh & Simoncelli (2004), IEEE Trans. Image Process. 13, 600, of fields scaled by the truth"
kinds = ["pde"]


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    members, exact, periodic = similarity.pictures(forecast, truth, task)
    found = [[similarity.similarity(a, b, periodic)[1] for a, b in zip(m, exact, strict=True)] for m in members]
    return np.mean(found, axis=(0, -1))
