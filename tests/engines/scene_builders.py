"""Files of scenes for tests of the engines `motion` and `contacts`."""

from __future__ import annotations

import numpy as np

from dynarena.engines.contacts import Contacts
from dynarena.engines.film.components import COMPONENTS, LIGHT, MASS, RADIUS, SPIN, VX, VY, X, Y
from dynarena.engines.motion import Motion
from dynarena.schema.system import SystemSpec

COLOURS = ["red", "blue", "green", "black", "cyan", "magenta"]


def spec(engine, objects, **tables):
    scene = {"colours": COLOURS[: len(objects)], **tables.pop("scene", {})}
    start = {"box": tables.pop("box", {}), "options": tables.pop("options", {}), "objects": objects}
    content = {
        "schema": 1,
        "title": "Test",
        "about": "",
        "source": "",
        "engine": engine,
        "scene": scene,
        "start": start,
    }
    return SystemSpec.model_validate({**content, **tables})


def motion(objects=None, **tables):
    """A simulator of a falling ball unless said otherwise."""
    tables = {
        "state": ["x", "y", "v"],
        "equations": ["0", "v", "-g"],
        "parameters": {"g": 2.0},
        "solver": {"step": 0.05},
        "box": {"x": (2, 8), "y": (7, 8)},
        "options": {"v": 0},
        **tables,
    }
    return Motion().compile(spec("motion", objects or {"ball": {"x": "x", "y": "y", "radius": 1}}, **tables))


def contacts(count=1, *, objects=None, **tables):
    """A simulator of `count` discs whose law of starts is not used."""
    given = objects or {f"disc{k}": {"x": 3 * k, "y": 5, "radius": 1} for k in range(count)}
    if len(given) > len(COLOURS):
        tables["scene"] = {"colours": [f"#{k:02x}0000" for k in range(len(given))], **tables.get("scene", {})}
    return Contacts().compile(spec("contacts", given, **tables))


def discs(*rows):
    """One trajectory of discs (x, y, vx, vy, radius[, mass[, spin]]); mass = radius^2 unless said."""
    out = np.zeros((1, len(rows), len(COMPONENTS)))
    for k, row in enumerate(rows):
        out[0, k, [X, Y, VX, VY, RADIUS]] = row[:5]
        out[0, k, MASS] = row[5] if len(row) > 5 else row[4] ** 2
        out[0, k, SPIN] = row[6] if len(row) > 6 else 0.0
        out[0, k, LIGHT] = 1.0
    return out


def laws(**values):
    return {name: np.array([float(value)]) for name, value in values.items()}
