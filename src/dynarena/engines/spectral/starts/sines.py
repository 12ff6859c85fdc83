"""Sums of products of sines with random phases."""

from __future__ import annotations

from math import pi

import numpy as np

from dynarena.engines.spectral.phi import cosine_sine
from dynarena.engines.spectral.starts.request import Real, Request

OPTIONS = ("cutoff", "size")


def draw(request: Request) -> Real:
    """size x sum over i, j … of a_ij / sqrt(2 pi (i + j)) sin(2 pi i x + b_ij) sin(2 pi j y + c_ij), i, j = 1 … cutoff.

    Positions are parts of an axis's length, amplitudes a uniform in (-1, 1), phases uniform.

    Source: Herde et al. (2024), Poseidon, arXiv:2405.19101, the flows NS-Sines.
    """
    given, grid, streams = request.numbers({"cutoff": 10.0, "size": 1.0}), request.grid, request.streams
    cutoff, n_axes = int(given["cutoff"]), len(grid.points)
    request.refuse_cutoff(cutoff)
    modes = np.indices((cutoff,) * n_axes).reshape(n_axes, -1).T + 1
    out = []
    for name in request.state:
        heights = streams.between(f"start:heights:{name}", -1.0, 1.0, (len(modes),))
        phases = streams.uniform(f"start:phases:{name}", (len(modes), n_axes))
        field = np.zeros((len(streams), *grid.points))
        for index, mode in enumerate(modes):
            wave = (given["size"] / np.sqrt(2.0 * pi * mode.sum())) * heights[:, index].reshape(-1, *(1,) * n_axes)
            for axis, n in enumerate(grid.points):
                turns = mode[axis] * np.arange(n) / n + phases[:, index, axis, None]
                shape = [len(streams)] + [1] * n_axes
                shape[axis + 1] = n
                wave = wave * cosine_sine(2.0 * pi * turns)[1].reshape(shape)
            field = field + wave
        out.append(field)
    return np.stack(out, axis=1)
