"""Distance between the power spectra of forecast and truth, in time and, for fields, in space.

H² = Σ_ω (√P - √Q)² / Σ_ω (P + Q)

P and Q are the powers of forecast and truth: of deviations from the train mean, Hann-windowed over the horizon,
averaged over trajectories and space, smoothed over frequency by a Gaussian; in space the power a shell of wavenumbers
(whole modes a box), averaged over trajectories and time. H is 0 for equal spectra and 1 where they share nothing; it is
the Hellinger distance where the total powers agree, and powers are not normalised first, so a forecast with the right
shape and the wrong amplitude loses. One value: the mean over channels (an angle gives its cosine and sine), over time
and space, and over the members of an ensemble. Two truths differ by the sampling floor, which falls with trajectories.
It sees the order of frames, hence shuffling, but not the direction of time, and replayed train data pass.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "1", "task", "distributional"
source = "Mikhaeil, Monfared & Durstewitz (2022), NeurIPS 35 (D_H), unnormalised so that amplitude counts"
kinds = ["chaos", "pde"]


def metric(forecast, truth, task, *, smoothing=1.0):
    """One value for the set; `smoothing` is the Gaussian's width in frequency bins."""
    exact = _spectra(states.values(truth, task), task, smoothing)
    found = [_distance(_spectra(member, task, smoothing), exact) for member in states.members(forecast, task)]
    return float(np.mean(found))


def _spectra(a, task, smoothing):
    """Powers in time [coordinate, frequency] and, for fields, in space [coordinate, shell]."""
    waves = states.embed(a, task)
    in_time = np.mean([_in_time(path.reshape(*path.shape[:2], -1)) for path in waves], axis=0)
    spectra = [gaussian_filter1d(in_time.T, smoothing, axis=1, mode="reflect")]
    if len(task.dims) > 1:
        spectra.append(_by_shell(np.mean([_in_space(path) for path in waves], axis=0)))
    return spectra


def _in_time(waves):
    """[time, coordinate, point] -> [frequency, coordinate]."""
    window = np.hanning(len(waves) + 2)[1:-1, np.newaxis, np.newaxis]
    return (np.abs(np.fft.rfft(waves * window, axis=0)) ** 2).mean(axis=2)


def _in_space(waves):
    """[time, coordinate, *space] -> [coordinate, *mode]."""
    return (np.abs(np.fft.fftn(waves, axes=tuple(range(2, waves.ndim)))) ** 2).mean(axis=0)


def _by_shell(power):
    """[coordinate, *mode] -> [coordinate, shell], a shell being the modes of one rounded length."""
    modes = np.meshgrid(*(np.fft.fftfreq(n, 1 / n) for n in power.shape[1:]), indexing="ij")
    shell = np.rint(np.sqrt(sum(mode**2 for mode in modes))).astype(int).ravel()
    return np.stack([np.bincount(shell, weights=channel.ravel()) for channel in power])


def _distance(one, other):
    return np.mean([_hellinger(p, q).mean() for p, q in zip(one, other, strict=True)])


def _hellinger(p, q):
    """Each row's distance, [coordinate]; 0 where neither has any power."""
    total = (p + q).sum(axis=1)
    return np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum(axis=1) / np.where(total > 0, total, 1))
