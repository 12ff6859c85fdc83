"""Error at one early lead, in train stds: PE(1) for the first step, PE(20) with lead = 20.

e = sqrt( mean over the state of ((f - u) / std)² ) at the lead, or at the last one where the horizon is shorter

One value a trajectory. 0 for the truth, about √2 for an unrelated one, 1 for climatology. The well-known code gives the
square. It sees nothing after its lead, so it stands beside nrmse, its guard, and never ranks. Angles differ round the
circle. An ensemble answers by its mean.
"""

import numpy as np

from dynarena.errors import UsageError
from dynarena.evaluation import states

perfect, better, unit, scope, kind = None, "lower", "std", "trajectory", "pointwise"
source = "Hess et al. (2023), ICML (PE); Brenner et al. (2022), ICML"
guard = "nrmse"


def metric(forecast, truth, task, *, lead=1):
    """One value a trajectory, [trajectory]."""
    if lead < 1:
        raise UsageError("leads are counted from 1", where=task.id, expected="lead >= 1", got=str(lead))
    apart = states.difference(states.point(forecast, task), states.values(truth, task), task)
    return np.sqrt(states.over_state(apart**2, task))[:, min(lead, apart.shape[1]) - 1]
