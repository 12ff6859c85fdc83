"""Structural similarity of frames.

SSIM = (2 m_a m_b + c1)(2 s_ab + c2) / ((m_a^2 + m_b^2 + c1)(s_a^2 + s_b^2 + c2)) with means m and variances s under an
11 x 11 Gaussian window of sigma 1.5, c1 = 0.01^2 and c2 = 0.03^2 for pixels in [0, 1].
"""

import numpy as np
from scipy.ndimage import correlate1d

from dynarena.errors import UsageError

perfect, better, unit, scope, kind = 1, "higher", "1", "trajectory", "pointwise"
kinds = ["video"]
source = "Wang, Bovik, Sheikh, Simoncelli (2004), IEEE Trans. Image Process. 13, 600. doi:10.1109/TIP.2003.819861"

RADIUS = 5
OFFSETS = np.arange(-RADIUS, RADIUS + 1)
WINDOW = np.exp(-0.5 * (OFFSETS / 1.5) ** 2) / np.exp(-0.5 * (OFFSETS / 1.5) ** 2).sum()


def metric(forecast, truth, task):
    """SSIM [trajectory, time]: the mean over channels and over windows that lie wholly in the frame.

    Samples are averaged. Frames under 11 pixels a side raise UsageError.
    """
    order = ("trajectory", "time", "channel", "y", "x")
    seen = forecast["frames"].transpose(..., *order).values
    true = truth["frames"].transpose(*order).values
    if min(true.shape[-2:]) < len(WINDOW):
        raise UsageError("frames are smaller than the window", expected="11 pixels a side", got=str(true.shape[-2:]))
    true = true / 255.0 if true.dtype == np.uint8 else true
    if seen.ndim == true.ndim + 1:
        return np.mean([_clips(sample, true) for sample in seen], axis=0)
    return _clips(seen, true)


def _clips(seen, true):
    """One trajectory after the other, which keeps the memory small."""
    return np.stack([_similarity(a.astype(np.float64), b.astype(np.float64)) for a, b in zip(seen, true, strict=True)])


def _similarity(a, b):
    mean_a, mean_b = _blur(a), _blur(b)
    spread = _blur(a * a) + _blur(b * b) - mean_a**2 - mean_b**2
    together = _blur(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    index = (2 * mean_a * mean_b + c1) * (2 * together + c2) / ((mean_a**2 + mean_b**2 + c1) * (spread + c2))
    return index.mean(axis=(-3, -2, -1))


def _blur(frames):
    smooth = correlate1d(correlate1d(frames, WINDOW, axis=-1), WINDOW, axis=-2)
    return smooth[..., RADIUS:-RADIUS, RADIUS:-RADIUS]
