"""What law one would read from a predicted clip: its velocity and acceleration, against those of the true clip.

x(t) = x0 + v t + a t² / 2 is fitted by least squares to each object's path, seen and true alike, from the place x0
where the context left it. e = mean over objects of (|v_seen - v_true| + |a_seen - a_true| T / 2) / s, T the horizon
and s the mean true speed: the error of the place that the wrong parameters reach after T, over the way that is made in
it.
"""

import numpy as np

from dynarena.engines.track_motion import of_objects, track_motion

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "physical"
kinds = ["video"]
source = "Delfys75, as in Garcia et al. (2025): parameters recovered from video; here by least squares of quadratics"
applies = of_objects


def metric(forecast, truth, task, *, worst=4.0):
    """Relative error of the recovered parameters [trajectory], at most `worst`.

    Frames in which the true disc is cut are not used; an object that is missing in any other costs `worst`, and one
    with fewer than three frames is not judged. Samples are averaged.
    """
    seen = track_motion(forecast, truth, task)
    leads = seen.place.shape[1]
    time = seen.dt * np.arange(1, leads + 1)
    wrong = np.moveaxis(seen.offset, -3, -2)
    judged = np.moveaxis(seen.judged, -1, -2)
    speed, force = _quadratic(time, wrong, judged.astype(float))
    way = np.hypot(*np.moveaxis(seen.velocity, -1, 0)).mean(axis=1)
    way = np.maximum(way, 1e-2 * seen.world / float(task.facts["timescale"]))
    size = np.hypot(*np.moveaxis(speed, -1, 0)) + np.hypot(*np.moveaxis(force, -1, 0)) * time[-1] / 2
    lost = (seen.missing & seen.judged).any(axis=-2)
    error = np.where(lost, worst, np.minimum(size / way, worst))
    counted = judged.sum(axis=-1) >= 3
    value = np.where(counted, error, 0.0).sum(axis=-1) / np.maximum(counted.sum(axis=-1), 1)
    return value.mean(axis=0) if value.ndim == 2 else value


def _quadratic(time, path, weight):
    """v and a [..., axis] of the weighted least-squares parabola from 0 through paths [..., time, axis]."""
    basis = np.stack([time, 0.5 * time**2], axis=-1)
    gram = np.einsum("...t,ti,tj->...ij", weight, basis, basis) + 1e-12 * np.eye(2)
    right = np.einsum("...t,ti,...tc->...ic", weight, basis, path)
    found = np.linalg.solve(gram, right)
    return found[..., 0, :], found[..., 1, :]
