"""Relative error in the Sobolev norm H¹: of the fields and of their slopes.

e = sqrt( Σ_t |f - u|² / Σ_t |u - m|² ),  |v|² = mean over fields of <v² + (L/2π)² |∇v|²>

One value a trajectory: 0 for the truth, 1 for climatology (the train mean m everywhere). <·> is the mean over space by
volume, fields are in train stds, L is the longest side of the box: a wave of number k counts 1 + (kL/2π)² fold. Slopes
along periodic axes are exact, by waves; between walls they are finite differences of second order. Errors of short
waves weigh by their slope, so a forecast that is smooth where the truth is loses less than one that is rough where it
is not. A truth that deviates by less than a thousandth of train's std is measured against that. An ensemble answers by
its mean.
"""

import numpy as np

from dynarena.evaluation import fields, states, waves

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "Czarnecki et al. (2017), NeurIPS 30; Li et al. (2022), NeurIPS 35 (H1 of dissipative flows)"
null = 1
kinds = ["pde"]


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    error, size = _squares(forecast, truth, task)
    return np.sqrt(error.mean(axis=1) / size)


def curve(forecast, truth, task):
    """The error at each lead, in units of the horizon's size, [trajectory, time]."""
    error, size = _squares(forecast, truth, task)
    return np.sqrt(error / size[:, np.newaxis])


def _squares(forecast, truth, task):
    exact = states.values(truth, task)
    error = _square(states.difference(states.point(forecast, task), exact, task), task)
    size = _square(states.anomaly(exact, task), task).mean(axis=1)
    return error, np.maximum(size, fields.LEAST**2)


def _square(v, task):
    """|v|², [trajectory, time]."""
    total = fields.over_state(v**2, task)
    for place, axis in waves.placed(task):
        slope = waves.steepness(v, place, axis) / waves.fundamental(task)
        total = total + fields.over_state(slope**2, task)
    return total
