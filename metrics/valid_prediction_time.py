"""How long a forecast stays close to the truth, in the system's timescale.

E(t) = sqrt( mean over the state of ((f - u) / std)² ),  VPT = the last lead up to which E never exceeds the threshold

One value a trajectory: 0 where the first lead fails already, the whole horizon where none does (censored: the true VPT
may be longer). std is that of train, one a channel; angles differ round the circle. An ensemble answers by its mean.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = "horizon", "higher", "timescale", "trajectory", "pointwise"
source = "Vlachas et al. (2020), Neural Networks 126, 191"


def metric(forecast, truth, task, *, threshold=0.4):
    """One value a trajectory, [trajectory], in timescales."""
    return states.lasting(curve(forecast, truth, task) <= threshold, task)


def curve(forecast, truth, task):
    """The normalised error E at each lead, [trajectory, time]."""
    apart = states.difference(states.point(forecast, task), states.values(truth, task), task)
    return np.sqrt(states.over_state(apart**2, task))
