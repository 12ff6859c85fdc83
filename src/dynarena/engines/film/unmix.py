"""How much of each pixel belongs to each colour: p = background + sum_k alpha_k (colour_k - background), alpha_k >= 0.

Up to three colours mix freely; of more, at most two and the background meet in a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.film.colours import shade_of
from dynarena.errors import UsageError

Array = NDArray[np.float64]

MOST, WORST = 8, 50.0


def unmix(frames: Array, colours: Sequence[str], background: str) -> tuple[Array, Array]:
    """Shares alpha in [0, 1], [..., colour, y, x], of frames [..., channel, y, x] in [0, 1], and the unexplained rest.

    Least squares over alpha >= 0; the rest [..., y, x] is the root mean square over channels of what no mixture
    explains. Raises UsageError where two of the colours and the background cannot be told apart.
    """
    basis = _basis(colours, background)
    plain = np.array(shade_of(background)).reshape(3, *(1,) * (frames.ndim - 1))
    depth = np.moveaxis(frames, -3, 0) - plain
    shares, rest = np.zeros((len(colours), *depth.shape[1:])), np.zeros(depth.shape[1:])
    touched = np.abs(depth).max(axis=0) > 1e-12
    values, place = np.unique(depth[:, touched], axis=1, return_inverse=True)
    found = _nonnegative(basis, values)
    left = np.sqrt(np.square(values - basis @ found).mean(axis=0))
    place = place.reshape(-1)
    shares[:, touched], rest[touched] = np.minimum(found, 1.0)[:, place], left[place]
    return np.moveaxis(shares, 0, -3), rest


def _basis(colours: Sequence[str], background: str) -> Array:
    """Columns colour - background, [channel, colour]."""
    plain = np.array(shade_of(background))
    basis = np.array([shade_of(colour) for colour in colours]).reshape(-1, 3).T - plain[:, None]
    together = min(len(colours), 3 if len(colours) <= 3 else 2)
    for chosen in combinations(range(len(colours)), together):
        if np.linalg.cond(basis[:, chosen]) > WORST:
            raise UsageError(
                "these colours cannot be told apart in mixed pixels", got=", ".join(colours[k] for k in chosen),
                expected=f"colours of which no {together} and {background} mix alike", fix="choose for example red, blue, green",
            )  # fmt: skip
    if not 1 <= len(colours) <= MOST:
        raise UsageError("too many colours, or none", expected=f"1 to {MOST}", got=str(len(colours)))
    return basis


def _nonnegative(basis: Array, depth: Array) -> Array:
    """Least squares of depth [channel, pixel] by basis @ alpha, alpha >= 0: the best over all sets of colours."""
    count = basis.shape[1]
    most = 3 if count <= 3 else 2
    shares, error = np.zeros((count, depth.shape[1])), np.square(depth).sum(axis=0)
    for size in range(1, min(count, most) + 1):
        for chosen in combinations(range(count), size):
            trial = np.linalg.pinv(basis[:, chosen]) @ depth
            wrong = np.square(depth - basis[:, chosen] @ trial).sum(axis=0)
            better = (trial >= 0.0).all(axis=0) & (wrong < error - 1e-9)
            shares[:, better] = 0.0
            for row, colour in enumerate(chosen):
                shares[colour, better] = trial[row, better]
            error[better] = wrong[better]
    return shares
