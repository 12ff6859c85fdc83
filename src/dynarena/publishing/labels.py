"""Labels beside points that cover neither points nor one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

Box = tuple[float, float, float, float]
_POINT = 5.0  # half the side of a marker with its margin, in points
_LETTER, _LINE = 0.62, 1.25  # width of a letter and height of a line, in font sizes
_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}  # share of a text that stands before its anchor
_NEAR = [(7.0, 0.0, "left"), (-7.0, 0.0, "right"), (0.0, 11.0, "center"), (0.0, -11.0, "center")]
_RINGS = [(7.0 * sign, dy, side) for dy in (11.0, -11.0, 22.0, -22.0, 33.0, -33.0, 44.0, -44.0, 55.0, -55.0)
          for sign, side in ((1, "left"), (-1, "right"))]  # fmt: skip
_LEADER: dict[str, Any] = {"arrowstyle": "-", "linewidth": 0.5, "alpha": 0.5, "shrinkA": 0, "shrinkB": 3}
_OFFSETS: list[tuple[float, float, str]] = _NEAR + _RINGS  # from point to anchor, nearest first


def annotate(axes: Axes, places: Sequence[tuple[float, float]], texts: Sequence[str], size: float = 8.5) -> None:
    """Write each text beside its place (data coordinates; call after limits and scales are set).

    Right, left, above, below and then rings further out are tried in turn; the first that is free is taken, and a thin
    line leads to a text that had to move out. A text that fits nowhere stands right of its point.
    """
    figure = axes.figure
    figure.draw_without_rendering()  # type: ignore[union-attr]
    scale = 72.0 / figure.dpi
    points = [tuple(scale * axes.transData.transform(place)) for place in places]
    frame = axes.get_window_extent()
    inside = (frame.x0 * scale, frame.y0 * scale, frame.x1 * scale, frame.y1 * scale)
    taken: list[Box] = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in points]
    for place, (x, y), text in zip(places, points, texts, strict=True):
        width, height = _LETTER * size * len(text), _LINE * size
        tried = [(offset, _box(x, y, offset, width, height)) for offset in _OFFSETS]
        (dx, dy, side), box = next((each for each in tried if _free(each[1], taken, inside)), tried[0])
        taken.append(box)
        leader = (
            {"arrowstyle": "-", "linewidth": 0.5, "alpha": 0.5, "shrinkA": 0, "shrinkB": 3} if abs(dy) > 15 else None
        )
        axes.annotate(text, place, xytext=(dx, dy), textcoords="offset points", ha=side, va="center", arrowprops=leader)


def _box(x: float, y: float, offset: tuple[float, float, str], width: float, height: float) -> Box:
    dx, dy, side = offset
    left = x + dx - width * _BEFORE[side]
    return left, y + dy - height / 2, left + width, y + dy + height / 2


def _free(box: Box, taken: Sequence[Box], inside: Box) -> bool:
    if box[0] < inside[0] or box[1] < inside[1] or box[2] > inside[2] or box[3] > inside[3]:
        return False
    return all(box[0] >= b[2] or box[2] <= b[0] or box[1] >= b[3] or box[3] <= b[1] for b in taken)
