"""Sums of Gaussians of random places, widths and signs."""

from __future__ import annotations

import numpy as np

from dynarena.engines.spectral.starts.request import Real, Request
from dynarena.engines.spectral.starts.series import bump

OPTIONS = ("count", "narrowest", "widest", "lowest", "highest", "power", "size_*", "base_*")
_DEFAULTS = {"count": 1.0, "narrowest": 0.05, "widest": 0.05, "lowest": -1.0, "highest": 1.0, "power": 0.0}


def draw(request: Request) -> Real:
    """base + size x sum of a w^-power G(x; c, w) over `count` periodic Gaussians, [trajectory, field, *points].

    Centres c are uniform, widths w uniform from `narrowest` to `widest` (parts of the box's length), amplitudes a
    uniform from `lowest` to `highest`. Each field has its own Gaussians; base is 0 and size 1 unless stated.
    """
    given, grid, streams = request.numbers(_DEFAULTS), request.grid, request.streams
    count, out = int(given["count"]), []
    for name in request.state:
        field = np.full((len(streams), *grid.points), given.get(f"base_{name}", 0.0))
        size = given.get(f"size_{name}", 1.0)
        centres = streams.uniform(f"start:centres:{name}", (count, len(grid.points)))
        widths = streams.between(f"start:widths:{name}", given["narrowest"], given["widest"], (count,))
        heights = streams.between(f"start:heights:{name}", given["lowest"], given["highest"], (count,))
        for index in range(count if size else 0):
            height = size * heights[:, index] * widths[:, index] ** -given["power"]
            one = bump(centres[:, index], widths[:, index], grid.points)
            field = field + one * height.reshape(-1, *(1,) * len(grid.points))
        out.append(field)
    return np.stack(out, axis=1)
