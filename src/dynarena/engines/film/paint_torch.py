"""The painter in torch: the same areas, differentiable by every place, size, colour and opacity.

A pixel's share is piecewise smooth in where outlines lie, so its derivatives exist almost everywhere; of a round rim
they are bounded by what the nearest line gives.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dynarena.engines.film.outlines import BLOB, DISC, NOTHING, POLYGON, ROD
from dynarena.engines.film.paint import LINES, REACH

_FAR = 1e30


def paint(rows: Tensor, colours: Tensor, background: Tensor, resolution: int) -> Tensor:
    """Pictures [frame, channel, y, x] in [0, 1], not rounded, of what `dynarena.engines.film.paint.paint` takes.

    Objects of one place among the objects must have one kind in all frames.
    """
    frames = len(rows)
    left = rows.new_ones(frames, resolution, resolution)
    light = rows.new_zeros(frames, 3, resolution, resolution)
    for place in range(rows.shape[1] - 1, -1, -1):
        row, colour = rows[:, place], colours[:, place]
        areas = covered(row, resolution)
        taken = torch.minimum(areas, left) * colour[:, 3, None, None]
        left = left - taken
        light = light + taken[:, None] * colour[:, :3, None, None]
    behind = background[:, None, None] if background.ndim == 1 else background
    return light + left[:, None] * behind


def covered(row: Tensor, resolution: int) -> Tensor:
    """The area of each pixel [frame, y, x] that an outline [frame, LENGTH] covers."""
    kinds = torch.unique(row[:, 0]).tolist()
    if len(kinds) > 1:
        raise ValueError(f"an object has several kinds of outline ({kinds}); expected one in all frames")
    kind = int(kinds[0]) if kinds else NOTHING
    if kind == NOTHING:
        return row.new_zeros(len(row), resolution, resolution)
    if kind == BLOB:
        return _soft(row, resolution)
    heights, weights = _lines(row, kind, resolution)
    begin, end = _spans(row, kind, heights)
    edges = torch.arange(resolution, dtype=row.dtype, device=row.device)
    inside = torch.minimum(end[..., None], edges + 1.0) - torch.maximum(begin[..., None], edges)
    return (weights[..., None] * inside.clamp(0.0, 1.0)).sum(dim=2)


def _soft(row: Tensor, resolution: int) -> Tensor:
    centres = torch.arange(resolution, dtype=row.dtype, device=row.device) + 0.5
    across = (centres - row[:, 2, None])[:, None, :] ** 2
    down = (centres - row[:, 3, None])[:, :, None] ** 2
    end = torch.exp(row.new_tensor(-0.5 * REACH * REACH))
    height = torch.exp(-0.5 * (across + down) / row[:, 1, None, None] ** 2)
    return (height - end).clamp(min=0.0) / (1.0 - end)


def _lines(row: Tensor, kind: int, resolution: int) -> tuple[Tensor, Tensor]:
    """Heights and weights [frame, y, line] of the lines over which a row of pixels is averaged."""
    cuts = _bends(row, kind)
    top = torch.arange(resolution, dtype=row.dtype, device=row.device)[None, :, None]
    inner = torch.minimum(torch.maximum(cuts[:, None, :], top), top + 1.0)
    ends = (
        torch.cat([top.expand(len(row), -1, 1), inner, (top + 1.0).expand(len(row), -1, 1)], dim=2).sort(dim=2).values
    )
    parts = (ends[..., 1:] - ends[..., :-1]) / LINES
    samples = torch.arange(LINES, dtype=row.dtype, device=row.device) + 0.5
    heights = ends[..., :-1, None] + samples * parts[..., None]
    return heights.flatten(2), parts[..., None].expand_as(heights).flatten(2)


def _bends(row: Tensor, kind: int) -> Tensor:
    """The heights at which an outline bends, [frame, n]."""
    if kind == DISC:
        return torch.stack([row[:, 3] - row[:, 1], row[:, 3] + row[:, 1]], dim=1)
    if kind == ROD:
        up = _normal(row)[1]
        return torch.stack([row[:, y] + sign * size for y in (3, 5) for size in (row[:, 1], up) for sign in (-1, 1)], 1)
    return row[:, 3 : 3 + 2 * (kind - POLYGON) : 2]


def _normal(row: Tensor) -> tuple[Tensor, Tensor]:
    dx, dy = row[:, 4] - row[:, 2], row[:, 5] - row[:, 3]
    length = torch.sqrt(dx * dx + dy * dy).clamp(min=1e-30)
    return -dy / length * row[:, 1], dx / length * row[:, 1]


def _spans(row: Tensor, kind: int, heights: Tensor) -> tuple[Tensor, Tensor]:
    """Where an outline begins and ends along each line, [frame, y, line]."""
    if kind == DISC:
        return _chord(row[:, 2], row[:, 3], row[:, 1], heights)
    if kind == ROD:
        nx, ny = _normal(row)
        spans = [_chord(row[:, k], row[:, k + 1], row[:, 1], heights) for k in (2, 4)]
        ax, ay, bx, by = row[:, 2], row[:, 3], row[:, 4], row[:, 5]
        corners = [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)]
    else:
        spans = []
        corners = [(row[:, 2 + 2 * k], row[:, 3 + 2 * k]) for k in range(kind - POLYGON)]
    for k, corner in enumerate(corners):
        spans.append(_crossing(corner, corners[(k + 1) % len(corners)], heights))
    begins, ends = (torch.stack(one) for one in zip(*spans, strict=True))
    return begins.min(dim=0).values, ends.max(dim=0).values


def _chord(x: Tensor, y: Tensor, radius: Tensor, heights: Tensor) -> tuple[Tensor, Tensor]:
    x, y, radius = x[:, None, None], y[:, None, None], radius[:, None, None]
    square = radius * radius - (heights - y) ** 2
    hit = square > 0.0
    half = torch.sqrt(torch.where(hit, square, 1.0))
    return torch.where(hit, x - half, _FAR), torch.where(hit, x + half, -_FAR)


def _crossing(a: tuple[Tensor, Tensor], b: tuple[Tensor, Tensor], heights: Tensor) -> tuple[Tensor, Tensor]:
    ax, ay, bx, by = (value[:, None, None] for value in (*a, *b))
    hit = (ay <= heights) != (by <= heights)
    rise = torch.where(hit, by - ay, 1.0)
    x = ax + (heights - ay) * (bx - ax) / rise
    return torch.where(hit, x, _FAR), torch.where(hit, x, -_FAR)
