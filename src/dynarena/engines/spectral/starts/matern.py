"""Gaussian random fields of a Matern spectrum."""

from __future__ import annotations

from math import pi

import numpy as np

from dynarena.engines.spectral.starts.request import Real, Request
from dynarena.engines.spectral.starts.series import half_space, radius, waves

OPTIONS = ("cutoff", "inner", "power", "amplitude", "amplitude_*")
_DEFAULTS = {"cutoff": 16.0, "inner": 7.0, "power": 2.5, "amplitude": 1.0}


def draw(request: Request) -> Real:
    """Fields of zero mean whose mode m has variance proportional to ((2 pi |m|)^2 + inner^2)^(-power), |m| <= cutoff.

    The expected root mean square is `amplitude` (`amplitude_u` that of field u), [trajectory, field, *points].
    """
    given, grid = request.numbers(_DEFAULTS), request.grid
    cutoff = int(given["cutoff"])
    request.refuse_cutoff(cutoff)
    modes = [mode for mode in half_space(len(grid.points), cutoff) if radius(mode) <= cutoff]
    squares = np.array([(2.0 * pi * radius(mode)) ** 2 + given["inner"] ** 2 for mode in modes])
    weights = np.sqrt(np.sqrt(1.0 / squares ** int(2 * given["power"])))
    spread = np.sqrt(np.sum(weights * weights))
    out = []
    for name in request.state:
        scaled = weights * (given.get(f"amplitude_{name}", given["amplitude"]) / spread)
        out.append(waves(modes, request.streams.normal(f"start:{name}", (2, len(modes))) * scaled, grid.points))
    return np.stack(out, axis=1)
