"""How far the visible area of each object, its mass in the picture, strays from the true one.

e[t] = mean over objects of min(|A_seen[t] - A_true| / A_true, 1), A the sum of the object's colour shares. A frozen
clip keeps its areas: this describes, and ranks nothing.
"""

import numpy as np

from dynarena.engines.discs_motion import RADIUS, X, Y
from dynarena.engines.film.look import look_of
from dynarena.engines.film.sight import sight
from dynarena.engines.track_errors import mean_judged
from dynarena.engines.track_motion import FRAMES, STATE, of_flight

perfect, better, unit, scope, kind = None, "lower", "1", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385, change of the radius; here of the area, and capped"


def applies(task):
    """Discs alone, each of a colour of its own."""
    return of_flight(task) and len(set(task.facts["colours"])) == len(task.facts["colours"])


def metric(forecast, truth, task):
    """Relative error of the area [trajectory, time] of objects truly in view.

    What is not seen costs 1. Samples are averaged.
    """
    world = float(task.facts["world"])
    seen = sight(forecast["frames"].transpose(..., *FRAMES).values, look_of(task.facts))
    state = truth["state"].transpose(*STATE).values
    x, y, radius = (state[..., k] for k in (X, Y, RADIUS))
    judged = (np.minimum(x, y) >= radius) & (np.maximum(x, y) <= world - radius)
    area = np.where(seen.present, np.nan_to_num(seen.radius), 0.0) ** 2
    error = np.minimum(np.abs(area / radius**2 - 1.0), 1.0)
    value = mean_judged(error, np.broadcast_to(judged, error.shape))
    return value.mean(axis=0) if value.ndim == 3 else value
