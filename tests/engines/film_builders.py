"""Objects and looks for tests of scenes."""

from __future__ import annotations

import numpy as np

from dynarena.engines.film.components import ANGLE, COMPONENTS, HEIGHT, LIGHT, MASS, RADIUS, WIDTH, X, Y
from dynarena.engines.film.look import Look


def thing(x, y, radius=0.0, *, angle=0.0, width=0.0, height=0.0, light=1.0):
    """One object, [component]."""
    state = np.zeros(len(COMPONENTS))
    state[[X, Y, RADIUS, MASS, ANGLE, WIDTH, HEIGHT, LIGHT]] = x, y, radius, 1.0, angle, width, height, light
    return state


def look(*colours, shapes=None, scenery=(), background="white"):
    """A look of objects a, b, c, …"""
    names = tuple("abcdefghij"[: len(colours)])
    return Look(names, tuple(colours), tuple(shapes or ["disc"] * len(colours)), tuple(scenery), background)


def picture(view, *things, resolution=128):
    """One frame, [channel, y, x]."""
    return view.frames(np.stack(things)[None, None], {}, resolution)[0, 0]
