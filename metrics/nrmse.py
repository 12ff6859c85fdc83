"""Root mean square error of a forecast, in units of the truth's own deviation from the train mean.

e = sqrt( Σ_t Σ_s w (f - u)² / Σ_t Σ_s w (u - m)² ),  w = 1 / std² of the channel

The sums run over the lead times t and the state s (channels and space); m and std are those of train, one a channel.
One value a trajectory: 0 for the truth, 1 for climatology (m everywhere), whatever the channels, units or resolution.
The horizon is pooled, so a truth that passes through the mean, or decays to it, divides by nothing small; a truth that
stays within a millionth of a std of the mean is measured against that millionth. An ensemble answers by its mean.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Ohana et al. (2024), The Well, NeurIPS (VRMSE), about the train mean and pooled over the horizon"
null = 1

LEAST = 1e-12  # of the mean square deviation: (a millionth of a std)²


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    error, spread = _errors(forecast, truth, task)
    return np.sqrt(error.mean(axis=1) / spread)


def curve(forecast, truth, task):
    """The error at each lead, [trajectory, time]; its root mean square over time is the metric."""
    error, spread = _errors(forecast, truth, task)
    return np.sqrt(error / spread[:, np.newaxis])


def _errors(forecast, truth, task):
    """Mean square error [trajectory, time], and the mean square deviation of the truth [trajectory]."""
    exact = states.values(truth, task)
    error = states.over_state(states.difference(states.point(forecast, task), exact, task) ** 2, task)
    spread = states.over_state(states.anomaly(exact, task) ** 2, task).mean(axis=1)
    return error, np.maximum(spread, LEAST)
