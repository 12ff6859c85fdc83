"""Delay coordinates: past values that stand in for the components that nobody observes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def choose_lags(z: Tensor, context: int, most: int = 6) -> list[int]:
    """Lags 0, tau, … of `most` delay coordinates, fewer where the context or z [trajectory, time, rank] is short.

    tau is a quarter of the time in which the autocorrelation, summed over components, first falls to zero or below,
    and at least 1; all lags fit into `context` points and leave half of a trajectory of z.
    """
    longest = min(context - 1, z.shape[1] // 2 - 1)
    tau = max(1, _first_zero(z, longest) // 4)
    count = min(most, 1 + longest // tau) if longest > 0 else 1
    return [place * tau for place in range(count)]


def embed(z: Tensor, lags: Sequence[int]) -> Tensor:
    """[..., time, rank] -> [..., time - lags[-1], rank len(lags)]: z[t], z[t - lags[1]], …, newest first."""
    first, points = lags[-1], z.shape[-2]
    return torch.cat([z[..., first - lag : points - lag, :] for lag in lags], dim=-1)


def _first_zero(z: Tensor, longest: int) -> int:
    centred = z - z.mean((0, 1))
    for lag in range(1, longest + 1):
        if (centred[:, lag:] * centred[:, :-lag]).sum() <= 0:
            return lag
    return max(longest, 1)
