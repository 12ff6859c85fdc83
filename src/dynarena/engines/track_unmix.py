"""How much of each pixel belongs to each colour: p = white + sum_k alpha_k (colour_k - white), alpha_k >= 0."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.scene_colours import rgb
from dynarena.errors import UsageError

Array = NDArray[np.float64]


def unmix(frames: Array, colours: Sequence[str]) -> tuple[Array, Array]:
    """Shares alpha in [0, 1], [..., object, y, x], of frames [..., channel, y, x] in [0, 1], and the unexplained rest.

    Least squares over alpha >= 0; the rest [..., y, x] is the root mean square over channels of what no mixture of the
    colours and white explains. Raises UsageError unless the colours are 1 to 3 that mix uniquely.
    """
    basis = _basis(colours)
    depth = np.moveaxis(frames, -3, 0) - 1.0
    shares = np.zeros((len(colours), *depth.shape[1:]))
    rest = np.zeros(depth.shape[1:])
    touched = np.abs(depth).max(axis=0) > 0.0
    found = _nonnegative(basis, depth[:, touched])
    rest[touched] = np.sqrt(np.square(depth[:, touched] - basis @ found).mean(axis=0))
    shares[:, touched] = np.minimum(found, 1.0)
    return np.moveaxis(shares, 0, -3), rest


def _basis(colours: Sequence[str]) -> Array:
    """Columns colour - white, [channel, object]."""
    basis = np.array([rgb(colour) for colour in colours], dtype=np.float64).reshape(-1, 3).T / 255.0 - 1.0
    if not 1 <= len(colours) <= 3 or np.linalg.cond(basis) > 50.0:
        raise UsageError(
            "these colours cannot be told apart in mixed pixels",
            expected="1 to 3 colours, none white and none a mixture of the others and white",
            got=", ".join(colours) or "none",
            fix="choose for example red, blue and green",
        )
    return basis


def _nonnegative(basis: Array, depth: Array) -> Array:
    """Least squares of depth [channel, pixel] by basis @ alpha, alpha >= 0: the best over all sets of colours."""
    count = basis.shape[1]
    best = _solve(basis, depth)
    open_ = np.flatnonzero((best < 0.0).any(axis=0))
    target = depth[:, open_]
    shares, error = np.zeros((count, len(open_))), np.square(target).sum(axis=0)
    for size in range(1, count):
        for chosen in combinations(range(count), size):
            trial = np.zeros_like(shares)
            trial[list(chosen)] = _solve(basis[:, chosen], target)
            trial_error = np.square(target - basis @ trial).sum(axis=0)
            better = (trial >= 0.0).all(axis=0) & (trial_error < error)
            shares[:, better], error[better] = trial[:, better], trial_error[better]
    best[:, open_] = shares
    return best


def _solve(basis: Array, depth: Array) -> Array:
    solution: Array = np.linalg.pinv(basis) @ depth
    return solution
