"""Bumps of several fields at the same places on a homogeneous state."""

from __future__ import annotations

import numpy as np

from dynarena.engines.spectral.starts.request import Real, Request
from dynarena.engines.spectral.starts.series import bump

OPTIONS = ("count", "width", "base_*", "peak_*")


def draw(request: Request) -> Real:
    """Smooth bumps on a homogeneous state, [trajectory, field, *points].

    Field u is base_u + peak_u * b(x), where b is the sum, saturated at 1, of `count` bumps
    exp(sum_axes (cos(2 pi (x - c) / length) - 1) / (2 pi width)^2) with uniform centres c: Gaussians of standard
    deviation width x length, made periodic.
    """
    given, grid = request.numbers({"count": 5.0, "width": 0.05}), request.grid
    count = int(given["count"])
    centres = request.streams.uniform("start:centres", (count, len(grid.points)))
    bumps = np.ones((len(request.streams), *grid.points))
    for index in range(count):
        bumps = bumps * (1.0 - bump(centres[:, index], np.array([given["width"]]), grid.points))
    bumps = 1.0 - bumps
    rows = [given.get(f"base_{name}", 0.0) + given.get(f"peak_{name}", 1.0) * bumps for name in request.state]
    return np.stack(rows, axis=1)
