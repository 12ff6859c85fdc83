"""How far the climate of long free runs is from that of the truth: where each run goes, and how fast it moves.

e = (D + H) / 2.   D = mean_i ( 1 - (E|u - u'| + E|f - f'|) / 2E|u - f| ),   H² = Σ_ω (√P - √Q)² / Σ_ω (P + Q)

D compares the states f of each forecast with the states u of its own true trajectory, as laws: the energy distance as
a fraction, 0 for equal sets and towards 1 for sets far apart. A frozen run is one point and loses, though many frozen
runs together have the law of the truth. H compares power spectra (of deviations from the train mean, Hann-windowed,
averaged over trajectories, smoothed over frequency), so that shuffled states lose. Both count coordinates standardised
by train, an angle by cosine and sine; |·| is the root mean square over the state. At most `most` evenly spaced points
of a trajectory enter D. Measured floor between two true sets, 20 trajectories of Lorenz 1963, 1500 points at 30 a
Lyapunov time: 0.045. States replayed from train have the climate of the truth and pass, as does time turned round.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1", "task", "distributional"
source = "Szekely & Rizzo (2013), JSPI 143, 1249; Mikhaeil, Monfared & Durstewitz (2022), NeurIPS 35"
guard = "spectrum_distance"
kinds = ["chaos"]


def metric(forecast, truth, task, *, most=400, smoothing=1.0):
    """One value for the set: the mean over the members of an ensemble."""
    exact = states.embed(states.values(truth, task), task)
    found = [states.embed(member, task) for member in states.members(forecast, task)]
    return float(np.mean([(_places(exact, one, most) + _pace(exact, one, smoothing)) / 2 for one in found]))


def _places(truth, forecast, most):
    """D: the mean over trajectories."""
    step = max(1, -(-truth.shape[1] // most))
    return np.mean([_apart(u, f) for u, f in zip(truth[:, ::step], forecast[:, ::step], strict=True)])


def _apart(u, f):
    across = _distances(u, f).mean()
    within = (_distances(u, u).mean() + _distances(f, f).mean()) / 2
    return max(1 - within / across, 0.0) if across > 0 else 0.0


def _distances(a, b):
    return np.sqrt(np.mean((a[:, np.newaxis] - b[np.newaxis]) ** 2, axis=-1))


def _pace(truth, forecast, smoothing):
    """H: the mean over coordinates."""
    p, q = _power(truth, smoothing), _power(forecast, smoothing)
    total = (p + q).sum(axis=0)
    apart = ((np.sqrt(p) - np.sqrt(q)) ** 2).sum(axis=0)
    return np.mean(np.sqrt(apart / np.where(total > 0, total, 1)))


def _power(waves, smoothing):
    """[trajectory, time, coordinate] -> [frequency, coordinate]."""
    window = np.hanning(waves.shape[1] + 2)[1:-1, np.newaxis]
    power = (np.abs(np.fft.rfft(waves * window, axis=1)) ** 2).mean(axis=0)
    return gaussian_filter1d(power, smoothing, axis=0, mode="reflect")
