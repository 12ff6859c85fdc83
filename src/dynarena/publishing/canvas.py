"""What all figures share: size, colours that read on light and dark pages, and saving.

Figures are SVG files whose ink follows the reader's light or dark setting; text stays text.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#1d2433"
SOFT = "#8a92a3"
TRUTH = INK
COLOURS = ("#2f6fd0", "#d1700a", "#1f9a72", "#c2478f", "#8a63d2", "#0f93b5", "#b58a00", "#d04a3f")
DASHES: tuple[object, ...] = ("-", (0, (6, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
_DARK = {INK: "#e8eaf0", SOFT: "#8a92a3"}
_RC: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "dynarena", "text.parse_math": False, "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"], "font.size": 8.5, "axes.titlesize": 9, "axes.labelsize": 8.5,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": SOFT, "xtick.color": SOFT, "ytick.color": SOFT,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.linewidth": 0.7, "xtick.major.width": 0.7,
    "ytick.major.width": 0.7, "xtick.major.size": 3, "ytick.major.size": 3, "axes.spines.top": False,
    "axes.spines.right": False, "axes.titlelocation": "left", "grid.color": SOFT, "grid.alpha": 0.25,
    "grid.linewidth": 0.6, "lines.linewidth": 1.3, "image.interpolation": "none", "path.simplify_threshold": 0.5,
}  # fmt: skip
_STYLE = """<style>
text { font-family: "Inter", "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif !important; }
image { image-rendering: pixelated; }
@media (prefers-color-scheme: dark) {
%s}
</style>
"""


@contextmanager
def drawing() -> Iterator[None]:
    """Our settings; names may hold characters that the font lacks, which is no reason to stop."""
    with mpl.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support")
        yield


def style(index: int) -> tuple[str, object]:
    """Colour and dash of the model at `index`: no two of the first 32 agree in both."""
    return COLOURS[index % len(COLOURS)], DASHES[(index // len(COLOURS)) % len(DASHES)]


def figure(width: float, height: float) -> Figure:
    """An empty figure, inches; laid out so that nothing overlaps."""
    return Figure(figsize=(width, height), layout="constrained")


def bare(axes: Axes) -> None:
    """No ticks, no frame: for pictures."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def save(drawn: Figure, path: Path) -> None:
    """Write the figure: SVG that adapts to dark pages, or PNG on white, by the suffix."""
    if path.suffix != ".svg":
        drawn.savefig(path, dpi=160, facecolor="white")
        return
    out = io.StringIO()
    drawn.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    head, body = out.getvalue().split("<defs>", 1)
    path.write_text(f"{head}{_STYLE % _dark_rules()}<defs>{body}", encoding="utf-8")


def _dark_rules() -> str:
    rules = ""
    for light, dark in _DARK.items():
        rules += f'  [style*="fill: {light}"] {{ fill: {dark} !important; }}\n'
        rules += f'  [style*="stroke: {light}"] {{ stroke: {dark} !important; }}\n'
    return rules
