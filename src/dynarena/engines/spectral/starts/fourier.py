"""Gaussian random fields of a few modes."""

from __future__ import annotations

import numpy as np

from dynarena.engines.spectral.starts.request import Real, Request
from dynarena.engines.spectral.starts.series import half_space, radius, waves

OPTIONS = ("cutoff", "lowest", "slope", "amplitude", "offset", "amplitude_*", "offset_*")
_DEFAULTS = {"cutoff": 4.0, "lowest": 1.0, "slope": 0.0, "amplitude": 1.0, "offset": 0.0}


def draw(request: Request) -> Real:
    """Gaussian fields of the modes with lowest <= |m| <= cutoff, [trajectory, field, *points].

    Mode m has variance proportional to |m|^(-2 slope); the expected root mean square is `amplitude` and the mean is
    exactly `offset` (1, 0, 1, 0 unless stated; `amplitude_u` and `offset_u` state those of field u).
    """
    given, cutoff = request.numbers(_DEFAULTS), int(request.numbers(_DEFAULTS)["cutoff"])
    modes = half_space(len(request.grid.points), cutoff)
    modes = [mode for mode in modes if given["lowest"] <= radius(mode) <= cutoff]
    request.refuse_cutoff(cutoff)
    weights = np.array([radius(mode) ** -given["slope"] for mode in modes])
    spread = np.sqrt(np.sum(weights * weights))
    out = []
    for name in request.state:
        scaled = weights * (given.get(f"amplitude_{name}", given["amplitude"]) / spread)
        normals = request.streams.normal(f"start:{name}", (2, len(modes)))
        field = waves(modes, normals * scaled, request.grid.points)
        out.append(field + given.get(f"offset_{name}", given["offset"]))
    return np.stack(out, axis=1)
