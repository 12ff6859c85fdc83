"""Colours by name or as #rrggbb."""

from __future__ import annotations

import re

from dynarena.errors import UnknownName

NAMED = {
    "black": (0, 0, 0),
    "blue": (0, 0, 255),
    "cyan": (0, 255, 255),
    "green": (0, 255, 0),
    "magenta": (255, 0, 255),
    "red": (255, 0, 0),
    "yellow": (255, 255, 0),
}


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green, blue in 0..255. Raises UnknownName with the nearest name."""
    if re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    if colour not in NAMED:
        raise UnknownName.among("colour", colour, NAMED)
    return NAMED[colour]
