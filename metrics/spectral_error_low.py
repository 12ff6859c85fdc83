"""Root mean square error in long waves, in units of the truth's whole deviation from the train mean.

e = sqrt( Σ_t Σ_k |f_k - u_k|² / Σ_t <(u - m)²> ),  the wave numbers |k| below 4 waves a length of the longest side

One value a trajectory. Waves of every direction count alike, by the physical length of their vector, so a finer grid
changes nothing. The three bands low, mid and high make up the error: the sum of their squares is the square of nrmse
(of evenly spaced points; a truth that deviates by less than a thousandth of train's std is measured against that).
Fields count in train stds. Between walls the waves are cosines. Errors in the space average count. An ensemble answers
by its mean.
"""

from dynarena.evaluation import waves

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Takamoto et al. (2022), PDEBench, NeurIPS (fRMSE), over all directions and by physical wave number"
kinds = ["pde"]


def applies(task):
    """Whether the points are evenly spaced."""
    return waves.resolvable(task)


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    return waves.band_error(forecast, truth, task, 0, 4)
