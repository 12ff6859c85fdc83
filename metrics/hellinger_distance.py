"""Hellinger distance between the raw power spectra of each forecast and its truth.

H = mean over coordinates of sqrt( 1 - Σ_ω sqrt(p q) ),  p and q the powers over the horizon, normalised

One value a trajectory. The mean of each series is taken away and every frequency counts; the field's database keeps the
mean, which drowns the rest, and the first 100 bins only. Nothing is windowed, smoothed or averaged over trajectories,
so two truths of one system lie far apart and their excess over that floor is what counts: power_spectrum_error is the
smooth form. Amplitude is out of sight; spectrum_distance is the guard. An angle gives its cosine and sine. 1 where one
of the two has no power; the mean over the members of an ensemble. Measured between two truths of Lorenz 1963, 300
points at 30 a Lyapunov time: 0.42.
"""

import numpy as np

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "distributional"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
guard = "spectrum_distance"
kinds = ["chaos"]

STILL = 1e-20  # of the squared sum of magnitudes: rounding


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    exact = _shape(states.values(truth, task), task)
    return np.mean([_hellinger(_shape(member, task), exact) for member in states.members(forecast, task)], axis=0)


def _shape(a, task):
    """Normalised powers [trajectory, frequency, coordinate], zeros where a series stands still."""
    waves = states.embed(a, task)
    power = np.abs(np.fft.rfft(waves - waves.mean(axis=1, keepdims=True), axis=1)) ** 2
    total = power.sum(axis=1, keepdims=True)
    moves = total > STILL * np.abs(waves).sum(axis=1, keepdims=True) ** 2
    return np.where(moves, power / np.where(moves, total, 1), 0.0)


def _hellinger(p, q):
    square = ((np.sqrt(p) - np.sqrt(q)) ** 2).sum(axis=1) / 2
    alone = p.any(axis=1) != q.any(axis=1)
    return np.where(alone, 1.0, np.sqrt(np.minimum(square, 1))).mean(axis=1)
