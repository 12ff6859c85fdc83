"""Mean absolute error of each field, relative to the mean absolute value of the truth: the relative L1 error.

e = mean over fields c of Σ_t <|f_c - u_c|> / Σ_t <|u_c|>,  <·> the mean over space by volume

One value a trajectory; 1 for a forecast of zero everywhere. A field far from zero makes every error look small, so it
stands beside nrmse. Pooled over fields, as it is published, the field with the largest unit would rule; here each
counts alike. A field smaller than a thousandth of its train std is measured against that thousandth.
`relative_l1_median` is its median over trajectories. An ensemble answers by its mean.
"""

from dynarena.evaluation import fields

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Herde et al. (2024), Poseidon, NeurIPS 37 (relative L1), a ratio a field instead of one for all"
kinds = ["pde"]


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    return fields.relative_error(forecast, truth, task, power=1)


def curve(forecast, truth, task):
    """The error at each lead, relative to the size over the whole horizon, [trajectory, time]."""
    return fields.relative_curve(forecast, truth, task, power=1)
