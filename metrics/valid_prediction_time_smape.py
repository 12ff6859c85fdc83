"""How long the symmetric percentage error of a forecast stays small, in the system's timescale.

E(t) = mean over the state of 200 |f - u| / (|f| + |u|),  0/0 = 0;  VPT = the last lead up to which E never exceeds 30

One value a trajectory: 0 where the first lead fails already, the whole horizon where none does (censored). E is that of
each lead alone, on the scale from 0 to 200. The well-known codes average E over all leads so far, which lags the
failure, and take `smape` from the database, whose scale became 0 to 100 in 2025: the same 30 is then twice as lenient
(threshold=60 here). It depends on where zero lies. Angles differ round the circle. An ensemble answers by its mean.
Measured between two truths of Lorenz 1963, 300 points at 30 a Lyapunov time: below 0.03 of 10.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = "horizon", "higher", "timescale", "trajectory", "pointwise"
source = "Gilpin (2023), Phys. Rev. Research 5, 043252; Liu et al. (2025), PhyxMamba"
kinds = ["chaos", "pde"]


def metric(forecast, truth, task, *, threshold=30.0):
    """One value a trajectory, [trajectory], in timescales."""
    return states.lasting(curve(forecast, truth, task) <= threshold, task)


def curve(forecast, truth, task):
    """E at each lead, [trajectory, time]."""
    answer, exact = states.point(forecast, task), states.values(truth, task)
    size = _size(answer, task) + _size(exact, task)
    apart = np.abs(states.difference(answer, exact, task))
    return states.over_state(200 * apart / np.where(size == 0, 1, size), task)


def _size(a, task):
    return np.abs(states.difference(a, np.zeros_like(a), task))
