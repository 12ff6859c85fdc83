"""How long a forecast field stays correlated with the truth, in the system's timescale.

r(t) = Σ_s w (f - m)(u - m) / sqrt( Σ_s w (f - m)² · Σ_s w (u - m)² ),  w = 1 / std² of the channel

The sums run over channels and space. Deviations are taken from the train mean m of each channel, not from the field's
own mean: a constant offset is an error, and fields about a large mean do not correlate by that mean. The value is the
last lead up to which r never falls below the threshold; the whole horizon where it never does (censored). r is 0 where
one of the two does not deviate from m at all and the other does, 1 where neither does. It is blind to the amplitude of
the deviation, so it stands beside an error; clips of few frames are not for it, because blurred ones stay correlated.
An ensemble answers by its mean.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = "horizon", "higher", "timescale", "trajectory", "pointwise"
source = "Lippe et al. (2023), PDE-Refiner, NeurIPS; Kochkov et al. (2021), PNAS 118, e2101784118"
kinds = ["pde"]

STILL = 1e-12  # mean square deviation, in train variances, that counts as none


def metric(forecast, truth, task, *, threshold=0.8):
    """One value a trajectory, [trajectory], in timescales."""
    return states.lasting(curve(forecast, truth, task) >= threshold, task)


def curve(forecast, truth, task):
    """The correlation r at each lead, [trajectory, time]."""
    f = states.anomaly(states.point(forecast, task), task)
    u = states.anomaly(states.values(truth, task), task)
    ff, uu, fu = (states.over_state(product, task) for product in (f * f, u * u, f * u))
    still = (ff <= STILL) & (uu <= STILL)
    alone = ((ff <= STILL) | (uu <= STILL)) & ~still
    r = fu / np.where(still | alone, 1, np.sqrt(ff) * np.sqrt(uu))
    return np.where(still, 1.0, np.where(alone, 0.0, np.clip(r, -1, 1)))
