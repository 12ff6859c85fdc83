"""Where objects lie over one another and over the border: what cannot be seen whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.film.components import ANGLE, HEIGHT, LIGHT, RADIUS, WIDTH, X, Y
from dynarena.engines.film.look import Look

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SLACK = 1e-3  # of the world: objects that touch do not cover one another


def reach(states: Array, shape: str) -> Array:
    """How far an object [..., component] extends from its middle at most."""
    if shape in ("disc", "blob"):
        return np.asarray(states[..., RADIUS] * (4.0 if shape == "blob" else 1.0))
    if shape == "rod":
        return np.asarray(0.5 * (states[..., WIDTH] + states[..., HEIGHT]))
    return 0.5 * np.hypot(states[..., WIDTH], states[..., HEIGHT])


def thickness(states: Array, shape: str) -> Array:
    """The least width of an object."""
    if shape in ("disc", "blob"):
        return np.asarray(2.0 * states[..., RADIUS])
    return np.minimum(states[..., WIDTH] + (states[..., HEIGHT] if shape == "rod" else 0.0), states[..., HEIGHT])


def extent(states: Array, shape: str) -> tuple[Array, Array]:
    """Half the width and half the height of what an object takes of the view."""
    if shape in ("disc", "blob"):
        return reach(states, shape), reach(states, shape)
    cosine, sine = np.abs(np.cos(states[..., ANGLE])), np.abs(np.sin(states[..., ANGLE]))
    width, height = 0.5 * states[..., WIDTH], 0.5 * states[..., HEIGHT]
    if shape == "rod":
        return width * cosine + height, width * sine + height
    return width * cosine + height * sine, width * sine + height * cosine


def in_view(states: Array, look: Look) -> Mask:
    """Whether each tracked object [..., object, component] is fully in view."""
    inside = []
    for place in look.tracked:
        one = states[..., place, :]
        across, up = extent(one, look.shapes[place])
        inside.append(
            (one[..., X] >= across) & (one[..., X] <= look.world - across)
            & (one[..., Y] >= up) & (one[..., Y] <= look.world - up)
        )  # fmt: skip
    return np.stack(inside, axis=-1)


def covered(states: Array, look: Look) -> Mask:
    """Whether each tracked object is overlapped by one in front of it."""
    out = np.zeros((*states.shape[:-2], len(look.tracked)), bool)
    for k, place in enumerate(look.tracked):
        behind = states[..., place, :]
        room = reach(behind, look.shapes[place]) - SLACK * look.world
        for front in range(place + 1, len(look.objects)):
            other = states[..., front, :]
            gap = _distance(behind[..., X], behind[..., Y], other, look.shapes[front])
            out[..., k] |= (gap < room) & (other[..., LIGHT] > 0.0) & (reach(other, look.shapes[front]) > 0.0)
    return out


def _distance(x: Array, y: Array, states: Array, shape: str) -> Array:
    """From a point to an object; polygons count as the box about them."""
    dx, dy = x - states[..., X], y - states[..., Y]
    if shape in ("disc", "blob"):
        return np.hypot(dx, dy) - reach(states, shape)
    cosine, sine = np.cos(states[..., ANGLE]), np.sin(states[..., ANGLE])
    along = np.abs(dx * cosine + dy * sine) - 0.5 * states[..., WIDTH]
    aside = np.abs(dy * cosine - dx * sine)
    if shape == "rod":
        return np.hypot(np.maximum(along, 0.0), aside) - 0.5 * states[..., HEIGHT]
    return np.hypot(np.maximum(along, 0.0), np.maximum(aside - 0.5 * states[..., HEIGHT], 0.0))
