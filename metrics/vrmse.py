"""Root mean square error of each field, in units of the truth's own deviation over space at that time.

e(t) = mean over fields of sqrt( <(f - u)²> / <(u - <u>)²> ),  <·> the mean over space

[trajectory, time]. 1 for a forecast that knows the space average of every field at every time and nothing else,
whatever the number of fields, their amplitude or the resolution: no absolute number is added to the denominator, as the
published code does, which there lets that forecast score 0.02 where a field is of size 1e-5. A field that deviates by
less than a thousandth of its train std is measured against that thousandth. `field` names one field to judge alone.
Averages over space weigh by volume. An ensemble answers by its mean. Measured between two truths of a stirred field:
1.5.
"""

import numpy as np

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Ohana et al. (2024), The Well, NeurIPS Datasets & Benchmarks (VRMSE), without its absolute epsilon"
kinds = ["pde"]


def metric(forecast, truth, task, *, field=None):
    """One value a trajectory and lead, [trajectory, time]."""
    exact = states.values(truth, task)
    error = fields.average(states.difference(states.point(forecast, task), exact, task) ** 2, task)
    spread = fields.average(fields.centred(states.anomaly(exact, task), task) ** 2, task)
    each = np.sqrt(error / np.maximum(spread, fields.LEAST**2))
    return (each if field is None else each[..., fields.places(task, field)]).mean(axis=2)
