"""Spread-skill ratio: how wide an ensemble is, against the error that its mean makes.

r = sqrt( (K + 1)/K · mean s² / mean (x̄ - u)² ),  s² the members' variance about x̄, divided by K - 1

One value for the set, the means running over trajectories, leads and the state, in train variances. 1 for an ensemble
from which the truth could have been drawn, below 1 where it is too sure of itself, above 1 where it is not sure enough;
0 for a deterministic forecast that errs, 1 for one that does not err at all. At most `LARGEST`. The curve is r at each
lead. Angles differ round the circle. An ensemble that only repeats the climate is as well calibrated as the best, so
the ratio stands beside crps or energy_score. Measured floor: 20 truths as members for another 40 of Lorenz 1963, 300
points at 30 a Lyapunov time, have 1.00 ± 0.02.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 1, "higher", "1", "task", "probabilistic"
source = "Fortin et al. (2014), J. Hydrometeorology 15, 1708"
guard = "crps"

LARGEST = 1000.0


def metric(forecast, truth, task):
    """One value for the set."""
    spread, error = _squares(forecast, truth, task)
    return float(_ratio(spread.mean(), error.mean()))


def curve(forecast, truth, task):
    """The ratio at each lead, the same in every row of [trajectory, time]: one trajectory alone has none."""
    spread, error = _squares(forecast, truth, task)
    return np.broadcast_to(_ratio(spread.mean(axis=0), error.mean(axis=0)), error.shape)


def _squares(forecast, truth, task):
    """Variance of the members, corrected for their number, and squared error of their mean, [trajectory, time]."""
    ensemble, centre = states.members(forecast, task), states.point(forecast, task)
    count = len(ensemble)
    parts = (states.over_state(states.difference(member, centre, task) ** 2, task) for member in ensemble)
    spread = sum(parts) * (count + 1) / count / max(count - 1, 1)
    return spread, states.over_state(states.difference(centre, states.values(truth, task), task) ** 2, task)


def _ratio(spread, error):
    """sqrt(spread / error) within [0, LARGEST]; 1 where there is neither."""
    bounded = np.minimum(np.sqrt(spread), LARGEST * np.sqrt(error))
    return np.where(error > 0, bounded / np.where(error > 0, np.sqrt(error), 1), np.where(spread > 0, LARGEST, 1.0))
