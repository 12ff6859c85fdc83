"""Median over trajectories of the relative L2 error.

e = mean over fields c of sqrt( Σ_t <(f_c - u_c)²> / Σ_t <u_c²> ),  <·> the mean over space by volume

One value for the set: the median of e over its trajectories, which a few hard or failed ones do not move; relative_l2
is the mean. It says what a typical trajectory costs and is blind to the worse half, so it never ranks (`perfect` is
None). An ensemble answers by its mean.
"""

import numpy as np

from dynarena.evaluation import fields

perfect, better, unit, scope, kind = None, "lower", "1", "task", "pointwise"
source = "Herde et al. (2024), Poseidon, NeurIPS 37 (median relative L1), a ratio a field instead of one for all"
guard = "relative_l2"
kinds = ["pde"]


def metric(forecast, truth, task):
    """One value for the set."""
    return float(np.median(fields.relative_error(forecast, truth, task, power=2)))
