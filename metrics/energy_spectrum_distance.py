"""Distance between the energy spectra of forecast and truth in space, in decades.

d = mean over fields of sqrt( mean over shells (log10 E_f(k) - log10 E_u(k))² )

E(k) is the mean square, about the train mean, of all waves whose wave number lies in shell k, whatever their direction,
averaged over trajectories and leads. Shells are one wave a length of the longest side wide, so a finer grid changes
nothing. Counted are shells in which forecast or truth has more than FLOOR of the truth's whole energy; what is less is
taken as FLOOR, far above what rounding to float32 leaves. One value: 0 for equal spectra, 1 where every scale has ten
times too much or too little; the mean over the members of an ensemble. On a logarithmic scale the small scales count as
much as the large ones, which spectrum_distance weighs by their power. It sees neither phases nor the order of time:
spectrum_distance is the guard. Between walls waves are cosines. Measured between two sets of 24 truths of a stirred
field, 120 leads: 0.02.
"""

import numpy as np

from dynarena.evaluation import states, waves

perfect, better, unit, scope, kind = 0, "lower", "decades", "task", "distributional"
source = "Lippe et al. (2023), PDE-Refiner, NeurIPS 36 (log spectra); Kochkov et al. (2021), PNAS 118, e2101784118"
guard = "spectrum_distance"
kinds = ["pde"]

FLOOR = 1e-10


def applies(task):
    """Whether the points are evenly spaced."""
    return waves.resolvable(task)


def metric(forecast, truth, task):
    """One value for the set."""
    exact = _energy(states.values(truth, task), task)
    return float(np.mean([_distance(_energy(one, task), exact) for one in states.members(forecast, task)]))


def _energy(a, task):
    """[field, shell]"""
    return waves.spectrum(a, task).mean(axis=0)


def _distance(found, exact):
    least = FLOOR * np.maximum(exact.sum(axis=1, keepdims=True), FLOOR)
    counted = (found > least) | (exact > least)
    apart = np.where(counted, np.log10(np.maximum(found, least)) - np.log10(np.maximum(exact, least)), 0)
    return np.sqrt((apart**2).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)).mean()
