"""Fourier series of all modes up to a cutoff on each axis, scaled to a stated range."""

from __future__ import annotations

import numpy as np

from dynarena.engines.spectral.starts.request import Real, Request
from dynarena.engines.spectral.starts.series import half_space, waves

OPTIONS = ("cutoff", "peak", "low", "high")
_POINTS_A_WAVE = 8


def draw(request: Request) -> Real:
    """White noise cut behind mode `cutoff` of each axis, of zero mean and largest size `peak`, or from `low` to `high`.

    The extremes are those on a fixed grid of 8 points a shortest wave, so that no resolution enters the function.

    Source: Koehler et al. (2024), APEBench, the law `fourier;5;true;true`, and with low and high `clamp;0;1;fourier;5`.
    """
    given, grid = request.numbers({"cutoff": 5.0, "peak": 1.0}), request.grid
    cutoff = int(given["cutoff"])
    request.refuse_cutoff(cutoff)
    modes = half_space(len(grid.points), cutoff)
    probe = (_POINTS_A_WAVE * cutoff,) * len(grid.points)
    axes = tuple(range(1, len(grid.points) + 1))
    out = []
    for name in request.state:
        normals = request.streams.normal(f"start:{name}", (2, len(modes)))
        field, sample = waves(modes, normals, grid.points), waves(modes, normals, probe)
        top, bottom = sample.max(axis=axes, keepdims=True), sample.min(axis=axes, keepdims=True)
        if "low" in given or "high" in given:
            low, high = given.get("low", 0.0), given.get("high", 1.0)
            out.append(low + (high - low) * ((field - bottom) / (top - bottom)))
        else:
            out.append(field * (given["peak"] / np.maximum(top, -bottom)))
    return np.stack(out, axis=1)
