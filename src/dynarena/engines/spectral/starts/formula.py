"""Initial fields as expressions of position, parameters and drawn numbers."""

from __future__ import annotations

import numpy as np

from dynarena.engines.elementary import array_functions
from dynarena.engines.spectral.starts.request import Real, Request
from dynarena.equations.evaluate import evaluate
from dynarena.equations.parse import parse

OPTIONS = ("*",)
FORMULA = True


def draw(request: Request) -> Real:
    """Each field by its expression in `options`, [trajectory, field, *points]; a field without one is zero.

    Names are the coordinates, the parameters and what `[start] box` draws uniformly, one number a trajectory. The
    expression must be periodic in the box, if only to the tails of what decays.
    """
    grid = request.grid
    axes = (1,) * len(grid.points)
    values = {name: np.reshape(drawn, (-1, *axes)) for name, drawn in request.parameters.items()}
    for name, (low, high) in request.box.items():
        values[name] = np.reshape(request.streams.between(f"start:{name}", low, high), (-1, *axes))
    for axis, (name, points) in enumerate(grid.coordinates().items()):
        values[name] = points.reshape((1, *(-1 if other == axis else 1 for other in range(len(axes)))))
    out = []
    for name in request.state:
        tree = parse(str(request.options.get(name, "0")), values, where=f"[start] {name}")
        field = evaluate(tree, values, array_functions())
        out.append(np.broadcast_to(field, (len(request.streams), *grid.points)))
    return np.stack(out, axis=1).astype(np.float64)
