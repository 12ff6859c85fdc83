"""Colours of scenes as numbers in [0, 1]."""

from __future__ import annotations

from dynarena.engines.scene_colours import rgb

MORE = {"white": "#ffffff", "grey": "#808080", "orange": "#ff8000", "brown": "#804000", "purple": "#8000ff"}


def shade_of(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of a name or of #rrggbb. Raises UnknownName with the nearest name."""
    red, green, blue = rgb(MORE.get(colour, colour))
    return red / 255.0, green / 255.0, blue / 255.0
