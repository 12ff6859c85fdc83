"""Anomaly correlation: how well the deviations from climatology agree in pattern.

r(t) = mean over fields of <(f - m)(u - m)> / sqrt( <(f - m)²> <(u - m)²> ),  <·> the mean over space by volume

[trajectory, time]; m is the train mean of each field. 1 for the truth, 0 for what knows no pattern, -1 for the
opposite. Climatology deviates in nothing and gets 0; where the truth does not deviate either r is 1. Deviations are
about a fixed m, so an offset is an error; their amplitude is not, so a forecast may be too weak at no cost. By custom
it is useful above 0.6. An ensemble answers by its mean.
"""

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = 1, "higher", "1", "trajectory", "pointwise"
source = "Miyakoda et al. (1972), Mon. Wea. Rev. 100, 836; Rasp et al. (2020), WeatherBench, JAMES 12"
kinds = ["pde"]


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    f, u = states.point(forecast, task), states.values(truth, task)
    return fields.agreement(states.anomaly(f, task), states.anomaly(u, task), task).mean(axis=2)
