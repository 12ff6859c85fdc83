"""Numbers and names as people read them; names come from strangers."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata

DASH = "–"
_LONGEST = 48


def label(name: str) -> str:
    """A name on one line, at most 48 characters, without control, formatting or direction characters."""
    return cut(name, _LONGEST) or "unnamed"


def cut(text: str, most: int) -> str:
    """A stranger's text on one line, at most `most` characters, without control, formatting or direction characters."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join(kept.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def slug(name: str) -> str:
    """A file name for any text: ASCII letters, digits, dots and dashes; a digest keeps changed names apart."""
    plain = re.sub(r"[^a-z0-9._]+", "-", name.lower()).strip("-._")
    if plain and plain == name.lower().replace("/", "-").replace("@", "-") and len(plain) <= 80:
        return plain
    return f"{plain[:60].strip('-._')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def missing(value: object) -> bool:
    """Whether there is no number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def fixed(value: float | None, digits: int = 3) -> str:
    """A number with a true minus sign, never a negative zero; a dash where there is none."""
    if value is None or missing(value):
        return DASH
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def significant(value: float | None, digits: int = 3) -> str:
    """A number of any size to some significant digits."""
    if value is None or missing(value):
        return DASH
    text = f"{value:.{digits}g}"
    return text.replace("-", "−")


def seconds(value: float | None) -> str:
    """A duration: 0.42 s, 12.3 s, 4.1 min, 2.0 h."""
    if value is None or missing(value):
        return DASH
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if value >= 2 * size:
            return f"{value / size:.1f} {unit}"
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def count(value: float | None) -> str:
    """A number of things: 950, 12.3 k, 4.1 M."""
    if value is None or missing(value):
        return DASH
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.1f}{unit}"
    return f"{value:.0f}"


def percent(value: float | None) -> str:
    """A share; never 0 % where it is not zero."""
    if value is None or missing(value):
        return DASH
    return "<1 %" if 0 < value < 0.005 else f"{100 * value:.0f} %"
