"""How much of each pixel belongs to each colour: p = background + sum_k alpha_k (colour_k - background), alpha_k >= 0.

Up to three colours mix freely; of more, at most two and the background meet in a pixel.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dynarena.engines.film.colours import shade_of
from dynarena.errors import UsageError

Array = NDArray[np.float64]

MOST, WORST = 9, 50.0
FREE = 3  # colours that mix freely
NEAR, PURE = 3, 0.02
SURE = 3e-5  # what a further colour must explain, squared and summed over channels: more than rounding to bytes


def unmix(
    frames: Array, colours: Sequence[str], background: str, anywhere: Collection[int] = ()
) -> tuple[Array, Array]:
    """Shares alpha in [0, 1], [..., colour, y, x], of frames [..., channel, y, x] in [0, 1], and the unexplained rest.

    Least squares over alpha >= 0; the rest [..., y, x] is the root mean square over channels of what no mixture
    explains. Of more than three colours only those enter a pixel that are seen pure within `NEAR` pixels, and those
    whose numbers stand in `anywhere`. Raises UsageError where colours and background cannot be told apart.
    """
    basis = _basis(colours, background)
    plain = np.array(shade_of(background)).reshape(3, *(1,) * (frames.ndim - 1))
    depth = np.moveaxis(frames, -3, 0) - plain
    shares, rest = np.zeros((len(colours), *depth.shape[1:])), np.zeros(depth.shape[1:])
    touched = np.abs(depth).max(axis=0) > 1e-12
    if len(colours) <= FREE:
        values, place = np.unique(depth[:, touched], axis=1, return_inverse=True)
        found, place = _nonnegative(basis, values, None), place.reshape(-1)
    else:
        values, place = depth[:, touched], np.arange(int(touched.sum()))
        near = [np.ones_like(touched) if k in anywhere else _near(depth, basis[:, k]) for k in range(len(colours))]
        found = _nonnegative(basis, values, np.stack([mask[touched] for mask in near]), frozenset(anywhere))
    left = np.sqrt(np.square(values - basis @ found).mean(axis=0))
    shares[:, touched], rest[touched] = np.minimum(found, 1.0)[:, place], left[place]
    return np.moveaxis(shares, 0, -3), rest


def _near(depth: Array, colour: Array) -> NDArray[np.bool_]:
    """Pixels [..., y, x] within `NEAR` of one that shows the colour alone."""
    pure = np.abs(depth - colour.reshape(3, *(1,) * (depth.ndim - 1))).max(axis=0) < PURE
    across = (2 * NEAR + 1,) * 2
    return np.asarray(ndimage.maximum_filter(pure, size=(*(1,) * (pure.ndim - 2), *across)))


def _basis(colours: Sequence[str], background: str) -> Array:
    """Columns colour - background, [channel, colour]."""
    plain = np.array(shade_of(background))
    basis: Array = np.array([shade_of(colour) for colour in colours]).reshape(-1, 3).T - plain[:, None]
    together = min(len(colours), FREE if len(colours) <= FREE else 2)
    for chosen in combinations(range(len(colours)), together):
        if np.linalg.cond(basis[:, chosen]) > WORST:
            raise UsageError(
                "these colours cannot be told apart in mixed pixels", got=", ".join(colours[k] for k in chosen),
                expected=f"colours of which no {together} and {background} mix alike", fix="take for example red, blue",
            )  # fmt: skip
    if not 1 <= len(colours) <= MOST:
        raise UsageError("too many colours, or none", expected=f"1 to {MOST}", got=str(len(colours)))
    return np.asarray(basis)


def _sets(count: int, most: int) -> list[tuple[int, ...]]:
    """All sets of up to `most` of so many colours."""
    return [chosen for size in range(1, min(count, most) + 1) for chosen in combinations(range(count), size)]


def _nonnegative(
    basis: Array, depth: Array, near: NDArray[np.bool_] | None, later: frozenset[int] = frozenset()
) -> Array:
    """Least squares of depth [channel, pixel] by basis @ alpha, alpha >= 0: the best over sets of colours.

    `near` [colour, pixel] says where a colour may be; then at most two meet in a pixel, and colours of `later` count
    only where the others explain less.
    """
    count, free = basis.shape[1], near is None
    shares, error = np.zeros((count, depth.shape[1])), np.square(depth).sum(axis=0)
    for chosen in sorted(_sets(count, FREE if free else 2), key=lambda one: (bool(later & set(one)), len(one))):
        trial = np.linalg.pinv(basis[:, chosen]) @ depth
        wrong = np.square(depth - basis[:, chosen] @ trial).sum(axis=0)
        better = (trial >= 0.0).all(axis=0) & (wrong < error - (1e-9 if free else SURE))
        if near is not None:
            better &= near[list(chosen)].all(axis=0)
        shares[:, better] = 0.0
        for row, colour in enumerate(chosen):
            shares[colour, better] = trial[row, better]
        error[better] = wrong[better]
    return shares
