"""Where and how much things move: W = Σ min(w, w') / Σ max(w, w'), w the share of frames in which a pixel moves.

It knows nothing of when: a clip run backwards has the same amounts, so it describes and ranks nothing.
"""

from dynarena.engines.motion_overlap import amount, clip_masks, over_samples

perfect, better, unit, scope, kind = None, "higher", "1", "trajectory", "physical"
kinds = ["video"]
source = "Motamed et al. (2025), Physics-IQ, arXiv:2501.09038"


def metric(forecast, truth, task):
    """Weighted spatial IoU [trajectory]; samples are averaged."""
    return over_samples(amount(*clip_masks(forecast, truth)), 1)
