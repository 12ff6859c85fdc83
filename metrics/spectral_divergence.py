"""Spectral divergence: how much sharper or blurrier than the truth a forecast's short waves are distributed.

SpecDiv = mean over leads and fields of Σ_k p(k) log( p(k)/q(k) )

p and q are the truth's and the forecast's power a wave in shells of wave number k, averaged over trajectories at one
lead, over the shells K that are kept, normalised to one there. K is the upper part of the shells in which the truth has
power, from the quantile `percentile` on; the published code takes the upper tenth of all shells of the grid, which a
dealiased truth leaves empty, and transforms the average of a batch's fields instead of averaging their spectra. Power
below FLOOR of the largest counts as FLOOR. One value: 0 for equal distributions; the mean over the members of an
ensemble. It sees neither amplitude, large scales, phases nor the order of time: spectrum_distance is the guard. The
curve is the divergence at each lead, the same in every row. Between walls waves are cosines.
"""

import numpy as np

from dynarena.evaluation import states, waves

perfect, better, unit, scope, kind = 0, "lower", "nat", "task", "distributional"
source = "Nathaniel et al. (2024), ChaosBench, NeurIPS Datasets & Benchmarks (SpecDiv)"
guard = "spectrum_distance"
kinds = ["pde"]

FLOOR = 1e-10


def applies(task):
    """Whether the points are evenly spaced."""
    return waves.resolvable(task)


def metric(forecast, truth, task, *, percentile=0.5):
    """One value for the set."""
    return float(_divergence(forecast, truth, task, percentile).mean())


def curve(forecast, truth, task):
    """The divergence at each lead, in every row of [trajectory, time]."""
    return np.broadcast_to(_divergence(forecast, truth, task, 0.5), (truth.sizes["trajectory"], truth.sizes["time"]))


def _divergence(forecast, truth, task, percentile):
    """[time]"""
    exact = _power(states.values(truth, task), task)
    found = [_power(member, task) for member in states.members(forecast, task)]
    rows = []
    for field in range(exact.shape[1]):
        typical = exact[:, field].mean(axis=0)
        full = np.flatnonzero(typical > FLOOR * typical.max(initial=0))
        kept = full[max(min(int(percentile * len(full)), len(full) - 2), 0) :]
        p = _distribution(exact[:, field, kept], typical)
        for one in found:
            rows.append((p * np.log(p / _distribution(one[:, field, kept], typical))).sum(axis=1))
    return np.maximum(np.mean(rows, axis=0), 0)


def _distribution(power, typical):
    raised = power + FLOOR * max(typical.max(initial=0), np.finfo(float).tiny / FLOOR)
    return raised / raised.sum(axis=1, keepdims=True)


def _power(a, task):
    """The mean power of a wave of each shell but that of the mean, [time, field, shell]."""
    count = waves.by_shell(np.ones(task.shape[1:]), task)
    return waves.spectrum(a, task)[..., 1:] / np.maximum(count[1:], 1)
