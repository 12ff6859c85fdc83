"""How long a forecast field stays correlated with the truth about their own means, in the system's timescale.

r(t) = mean over fields of <(f - <f>)(u - <u>)> / sqrt( <(f - <f>)²> <(u - <u>)²> ),  <·> the mean over space by volume

Pearson's coefficient of the two fields of each lead. The value is the last lead up to which r never falls below the
threshold, 0.8 or 0.9 in use; the whole horizon where it never does. r is 0 where one of the two is homogeneous and the
other is not, 1 where both are. Neither an offset nor an amplitude is an error here: it never ranks (`perfect` is None).
correlation_time takes deviations from the train mean instead, and sees offsets. The cosine similarity that one suite
calls correlation removes no mean: two independent fields about a large one get 0.9999. An ensemble answers by its mean.
"""

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = None, "higher", "timescale", "trajectory", "pointwise"
source = "Lippe et al. (2023), PDE-Refiner, NeurIPS 36 (0.8 and 0.9); Kochkov et al. (2021), PNAS 118, e2101784118"
guard = "nrmse"
kinds = ["pde"]


def metric(forecast, truth, task, *, threshold=0.8):
    """One value a trajectory, [trajectory], in timescales."""
    return states.lasting(curve(forecast, truth, task) >= threshold, task)


def curve(forecast, truth, task):
    """The coefficient at each lead, [trajectory, time]."""
    f = fields.centred(states.anomaly(states.point(forecast, task), task), task)
    u = fields.centred(states.anomaly(states.values(truth, task), task), task)
    return fields.agreement(f, u, task).mean(axis=2)
