"""The pieces of one colour in a frame: where they are, how large, how they lie."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float64]

FAINTEST = 0.04  # the least share of a core: ten steps of a byte
FEWEST = 3.0  # pixels
MARGIN = 2.0  # pixels about a core that count
CUT = 0.99  # a piece with a border pixel as full as its core is cut
DOUBLE = 0.25  # a second piece of this share of the largest makes an object doubled


@dataclass(frozen=True)
class Piece:
    """Centroid and area in pixels, rows down; opacity; `angle` of the longer axis, clockwise.

    `whole`: it is one piece. `inside`: the border does not cut it.
    """

    column: float
    row: float
    area: float
    angle: float
    light: float
    whole: bool
    inside: bool


def pieces(share: Array, count: int, *, soft: bool = False) -> list[Piece]:
    """Up to `count` pieces of a colour's share [y, x], from the largest; the last is not whole where more are seen.

    `soft`: objects without an edge, of which all out to four times the radius of the core counts.
    """
    peak = float(share.max(initial=0.0))
    if peak < FAINTEST:
        return []
    top, left, share, border = _cropped(share, 0.5 * peak, soft=soft)
    labels, found = ndimage.label(share >= 0.5 * peak, structure=np.ones((3, 3), int))
    sizes = np.asarray(ndimage.sum_labels(share, labels, np.arange(1, found + 1)))
    order = np.argsort(-sizes, kind="stable")
    chosen = [int(k) + 1 for k in order[:count] if sizes[k] >= min(FEWEST, sizes[order[0]])]
    extra = found > count and sizes[order[count]] > max(DOUBLE * sizes[order[count - 1]], FEWEST)
    owners = labels
    if len(chosen) < count and chosen:
        owners, chosen = _parted(share, labels, chosen, count)
    reach = 4.0 * float(np.sqrt((owners > 0).sum() / np.pi)) if soft else MARGIN
    near = _nearest(owners, chosen, reach)
    found_pieces = [_piece(share, near == label, owners == label, border, whole=not extra) for label in chosen]
    return [replace(piece, column=piece.column + left, row=piece.row + top) for piece in found_pieces]


def _cropped(share: Array, level: float, *, soft: bool) -> tuple[int, int, Array, NDArray[np.bool_]]:
    """The part about what reaches a level, where it begins, and which of its pixels lie on the picture's border."""
    rows, columns = (np.flatnonzero((share >= level).any(axis=axis)) for axis in (1, 0))
    spare = int(4 * max(np.ptp(rows), np.ptp(columns)) + 4) if soft else int(MARGIN) + 1
    top, left = max(rows[0] - spare, 0), max(columns[0] - spare, 0)
    part = (slice(top, rows[-1] + spare + 1), slice(left, columns[-1] + spare + 1))
    border = np.zeros(share.shape, bool)
    border[[0, -1]] = border[:, [0, -1]] = True
    return int(top), int(left), share[part], border[part]


def _parted(
    share: Array, labels: NDArray[np.int64], chosen: list[int], count: int
) -> tuple[NDArray[np.int64], list[int]]:
    """Objects that touch: the largest piece is parted along its length into as many as are missing."""
    owners, mine = labels.copy(), list(chosen)
    while len(mine) < count:
        sizes = {label: int((owners == label).sum()) for label in mine}
        label = max(mine, key=lambda one: sizes[one])
        rows, columns = np.nonzero(owners == label)
        if len(rows) < 2 * FEWEST:
            break
        points = np.stack([columns, rows], axis=1).astype(np.float64)
        axis = np.linalg.eigh(np.cov(points.T))[1][:, 1]
        side = (points - points.mean(axis=0)) @ axis > 0.0
        for _ in range(20):  # two centres, each the mean of what is nearest
            centres = np.stack([points[side].mean(axis=0), points[~side].mean(axis=0)])
            after = np.square(points - centres[0]).sum(1) < np.square(points - centres[1]).sum(1)
            if (after == side).all() or after.all() or not after.any():
                break
            side = after
        new = int(owners.max()) + 1
        owners[rows[side], columns[side]] = new
        mine.append(new)
    return owners, mine


def _nearest(labels: NDArray[np.int64], chosen: list[int], reach: float) -> NDArray[np.int64]:
    """Each pixel within `reach` of a core belongs to the nearest one."""
    core = np.isin(labels, chosen)
    distance, places = ndimage.distance_transform_edt(~core, return_indices=True)
    owner = labels[tuple(places)]
    near: NDArray[np.int64] = np.where(distance <= reach, owner, 0)
    return near


def _piece(
    share: Array, near: NDArray[np.bool_], core: NDArray[np.bool_], border: NDArray[np.bool_], *, whole: bool
) -> Piece:
    rows, columns = np.nonzero(near)
    weight = share[rows, columns]
    light = float(np.median(share[core])) or 1.0
    total = weight.sum()
    x, y = columns + 0.5, rows + 0.5
    column, row = float(weight @ x / total), float(weight @ y / total)
    xx, yy, xy = weight @ (x - column) ** 2, weight @ (y - row) ** 2, weight @ ((x - column) * (y - row))
    inside = not (share[near & border] > CUT * light).any()
    return Piece(column, row, float(total) / light, 0.5 * float(np.arctan2(2.0 * xy, xx - yy)), light, whole,
                 inside)  # fmt: skip
