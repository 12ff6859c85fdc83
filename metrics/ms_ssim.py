"""Multi-scale structural similarity: of the fields and of the same fields at two, four, … times coarser points.

MS-SSIM = Π_j cs_j^{w_j} · (l cs)_M^{w_M},  cs_j contrast and structure at scale j, l luminance at the coarsest

[trajectory, time], the mean over fields. Scales are halved by means of neighbours; there are as many of the usual five
as leave 11 points along every axis, at least one, their weights w (0.0448, 0.2856, 0.3001, 0.2363, 0.1333) brought to
the sum 1, so that small grids are not left out: with one scale it is the structural similarity itself. Windows, scaling
and ensembles as in ssim_field; frames keep their range of 0 to 1. A scale that is anticorrelated counts as 0.
"""

import numpy as np

from dynarena.evaluation import similarity

perfect, better, unit, scope, kind = 1, "higher", "1", "trajectory", "pointwise"
source = "Wang, Simoncelli & Bovik (2003), Asilomar 37, 1398; Nathaniel et al. (2024), ChaosBench, NeurIPS (of fields)"
kinds = ["pde", "video"]

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    members, exact, periodic = similarity.pictures(forecast, truth, task)
    found = [[_index(a, b, periodic) for a, b in zip(member, exact, strict=True)] for member in members]
    return np.mean(found, axis=(0, -1))


def _index(a, b, periodic):
    """[time, field]"""
    room = min(a.shape[2:]) // len(similarity.WINDOW)
    scales = min(len(WEIGHTS), max(1, int(room).bit_length()))
    weights, product = WEIGHTS[:scales] / WEIGHTS[:scales].sum(), 1.0
    for scale, weight in enumerate(weights):
        structure, whole = similarity.similarity(a, b, periodic)
        product = product * np.maximum(whole if scale == scales - 1 else structure, 0) ** weight
        a, b = similarity.halved(a, len(periodic)), similarity.halved(b, len(periodic))
    return product
