"""Root mean square error of the first step, in units of the truth's own deviation over space at that time.

e = mean over fields of sqrt( <(f - u)²> / <(u - <u>)²> ) at the first lead, <·> the mean over space by volume

One value a trajectory: what one-step boards rank by. 0 for the truth, 1 for a forecast that knows the space averages
and nothing else. A field that deviates by less than a thousandth of its train std is measured against that thousandth.
It sees nothing after the first step: vrmse_6_12 and vrmse_13_30 beside it tell what the model's own steps make of the
error. An ensemble answers by its mean.
"""

import numpy as np

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Ohana et al. (2024), The Well, NeurIPS Datasets & Benchmarks (one-step VRMSE), without its absolute epsilon"
kinds = ["pde"]


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    exact = states.values(truth, task)[:, :1]
    error = fields.average(states.difference(states.point(forecast, task)[:, :1], exact, task) ** 2, task)
    spread = fields.average(fields.centred(states.anomaly(exact, task), task) ** 2, task)
    return np.sqrt(error / np.maximum(spread, fields.LEAST**2)).mean(axis=(1, 2))
