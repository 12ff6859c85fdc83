"""What stands still and is hit: the border of the world, sides of boxes and bars, corners and pegs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.film.components import ANGLE, HEIGHT, RADIUS, WIDTH, X, Y

Array = NDArray[np.float64]

_CORNERS = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])


def obstacles(states: Array, shapes: list[str]) -> tuple[Array, Array]:
    """Sides [n, (x0, y0, x1, y1)] and pegs [m, (x, y, radius)] of solid objects [object, component].

    A box has its four sides and four pegs of no size at its corners; a rod the two sides of its bar and a peg of half
    its thickness at each end; a disc is a peg.
    """
    sides: list[Array] = []
    pegs: list[tuple[float, float, float]] = []
    for state, shape in zip(states, shapes, strict=True):
        if shape == "disc":
            pegs.append((float(state[X]), float(state[Y]), float(state[RADIUS])))
            continue
        corners = _turned(_CORNERS * [state[WIDTH], state[HEIGHT]], state)
        if shape == "rod":
            sides += [np.concatenate([corners[0], corners[1]]), np.concatenate([corners[2], corners[3]])]
            ends = _turned(np.array([(-0.5, 0.0), (0.5, 0.0)]) * state[WIDTH], state)
            pegs += [(float(x), float(y), 0.5 * float(state[HEIGHT])) for x, y in ends]
            continue
        sides += [np.concatenate([corners[k], corners[(k + 1) % 4]]) for k in range(4)]
        pegs += [(float(x), float(y), 0.0) for x, y in corners]
    return np.array(sides).reshape(-1, 4), np.array(pegs).reshape(-1, 3)


def _turned(points: Array, state: Array) -> Array:
    cosine, sine = np.cos(state[ANGLE]), np.sin(state[ANGLE])
    turned = points @ np.array([[cosine, sine], [-sine, cosine]])
    return np.asarray(turned + state[[X, Y]])
