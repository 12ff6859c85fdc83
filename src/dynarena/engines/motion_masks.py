"""Where something moves in a clip, by the recipe of Physics-IQ: departure from a running mean of blurred frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_opening, correlate1d

Mask = NDArray[np.bool_]

MEMORY = 0.3
THRESHOLD = 10.0
SIGMA = 1.1
GREY = np.array([0.299, 0.587, 0.114])

_WEIGHTS = np.exp(-0.5 * (np.arange(-2, 3) / SIGMA) ** 2)
_WINDOW = _WEIGHTS / _WEIGHTS.sum()
_SQUARE = np.ones((5, 5), dtype=bool)


def motion_masks(frames: NDArray[np.generic]) -> Mask:
    """Masks [..., time, y, x] of frames [..., time, channel, y, x] in [0, 1] or uint8; the first is empty.

    m_t = open-close of |I_t - A_t| > 10 of 255 levels, A_t = 0.7 A_{t-1} + 0.3 I_t, A_0 = I_0, I the luma under a 5 x 5
    Gaussian of sigma 1.1, opening and closing with 5 x 5 squares.
    """
    light = np.asarray(frames, dtype=np.float64) * (1.0 if frames.dtype == np.uint8 else 255.0)
    grey = np.einsum("c,...cyx->...yx", GREY, light)
    smooth = correlate1d(correlate1d(grey, _WINDOW, axis=-1, mode="mirror"), _WINDOW, axis=-2, mode="mirror")
    masks = np.zeros(grey.shape, dtype=bool)
    mean = smooth[..., 0, :, :]
    for t in range(1, grey.shape[-3]):
        mean = (1.0 - MEMORY) * mean + MEMORY * smooth[..., t, :, :]
        masks[..., t, :, :] = _clean(np.abs(smooth[..., t, :, :] - mean) > THRESHOLD)
    return masks


def _clean(mask: Mask) -> Mask:
    flat = mask.reshape(-1, *mask.shape[-2:])
    opened = (binary_opening(one, _SQUARE) for one in flat)
    return np.array([binary_closing(one, _SQUARE) for one in opened], dtype=bool).reshape(mask.shape)
