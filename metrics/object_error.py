"""How far the objects of a predicted clip are from where they truly are, whatever their shapes, colours and scenery.

e[t] = mean over tracked objects of min(|x_seen[t] - x_true[t]|, L / 2), in world units, L the width of the world:
places are share-weighted centroids by colour; objects of one colour are told apart by their paths. Of red, green and
blue discs on white this is centroid_error.
"""

import numpy as np

from dynarena.engines.film.look import look_of
from dynarena.engines.film.sight_errors import sight_errors
from dynarena.engines.track_errors import mean_judged

perfect, better, unit, scope, kind = 0, "lower", "world length", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385, position error; here sub-pixel, of any shape, and what is missing costs"


def applies(task):
    """Whether the scene has objects that are tracked: fields have none."""
    facts = task.facts
    return "colours" in facts and "shade" not in facts and len(facts.get("scenery", ())) < len(facts["colours"])


def metric(forecast, truth, task, *, lost=0.5):
    """Position error [trajectory, time].

    An object that is missing, doubled, of another size (area off by more than a factor of two) or joined by one of a
    strange colour costs `lost` widths of the world, and one that is seen never costs more: to vanish never pays. An
    object that is truly hidden, cut by the border, faint or thin is not judged; its frames take the clip's mean.
    Samples are averaged.
    """
    look = look_of(task.facts)
    frames = forecast["frames"].transpose(..., "trajectory", "time", "channel", "y", "x").values
    state = truth["state"].transpose("trajectory", "time", "object", "component").values
    seen = sight_errors(frames, _whole(state), look)
    distance = np.minimum(np.hypot(seen.offset[..., 0], seen.offset[..., 1]), lost * look.world)
    error = mean_judged(np.where(seen.missing, lost * look.world, distance), seen.judged)
    return error.mean(axis=0) if error.ndim == 3 else error


def _whole(state):
    """States with all components of a scene: discs alone say six, the rest of them is 0 and their light 1."""
    if state.shape[-1] > 6:
        return state
    rest = np.zeros((*state.shape[:-1], 5))
    rest[..., 4] = 1.0
    return np.concatenate([state, rest], axis=-1)
