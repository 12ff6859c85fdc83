"""Mean error over the leads 13 to 30 of a roll-out, in units of the truth's own deviation over space at each.

e = mean over leads t = 13 … 30 and over fields of sqrt( <(f - u)²> / <(u - <u>)²> ),  <·> the mean over space

One value a trajectory; `first` and `last` name other leads. 0 for the truth, 1 for a forecast that knows the space
averages and nothing else. A field that deviates by less than a thousandth of its train std is measured against that
thousandth. It says nothing of the leads outside, so it stands beside an error of the first step and never ranks. An
ensemble answers by its mean.
"""

import numpy as np

from dynarena.errors import UsageError
from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = None, "lower", "1", "trajectory", "pointwise"
source = "Ohana et al. (2024), The Well, NeurIPS Datasets & Benchmarks (time-averaged VRMSE of windows 6:12 and 13:30)"
kinds = ["pde"]
guard = "nrmse"


def applies(task):
    """Whether the horizon reaches the window's end."""
    return task.horizon >= 30


def metric(forecast, truth, task, *, first=13, last=30):
    """One value a trajectory, [trajectory]."""
    if not 1 <= first <= last <= task.horizon:
        expected, got = f"1 <= first <= last <= {task.horizon}", f"{first}:{last}"
        raise UsageError("the window lies outside the horizon", where=task.id, expected=expected, got=got)
    window = slice(first - 1, last)
    exact = states.values(truth, task)[:, window]
    error = fields.average(states.difference(states.point(forecast, task)[:, window], exact, task) ** 2, task)
    spread = fields.average(fields.centred(states.anomaly(exact, task), task) ** 2, task)
    return np.sqrt(error / np.maximum(spread, fields.LEAST**2)).mean(axis=(1, 2))
