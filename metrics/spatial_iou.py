"""Where things move: S = IoU(max_t m, max_t m') of the motion masks of forecast and truth.

It knows nothing of when: a clip run backwards has the same places, so it describes and ranks nothing.
"""

from dynarena.engines.motion_overlap import clip_masks, over_samples, space

perfect, better, unit, scope, kind = None, "higher", "1", "trajectory", "physical"
kinds = ["video"]
source = "Motamed et al. (2025), Physics-IQ, arXiv:2501.09038"


def metric(forecast, truth, task):
    """Spatial IoU [trajectory]; samples are averaged."""
    return over_samples(space(*clip_masks(forecast, truth)), 1)
