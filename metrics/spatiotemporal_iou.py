"""Where and when things move: ST = mean_t IoU(m_t, m'_t) of the motion masks of forecast and truth.

The first mask is empty in both and counts 1, as published: of T frames a frozen clip gets at least 1/T.
"""

from dynarena.engines.motion_overlap import clip_masks, over_samples, space_time

perfect, better, unit, scope, kind = 1, "higher", "1", "trajectory", "physical"
kinds = ["video"]
source = "Motamed et al. (2025), Physics-IQ, arXiv:2501.09038"


def metric(forecast, truth, task):
    """IoU of the masks [trajectory, time]; samples are averaged."""
    return over_samples(space_time(*clip_masks(forecast, truth)), 2)
