"""Where the discs of a clip are: alpha-weighted centroids by colour, in world units.

A pixel's share of a colour is the area that the disc covers of it, so the share-weighted mean of pixel centres is the
disc's centre and the sum of shares its area. Shares are summed only near the solid core (share >= 1/2), so that faint
haze far away moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.track_unmix import unmix
from dynarena.errors import UsageError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

CORE = 0.5
MARGIN = 2.0
COMPACT = 0.75
SLACK = 0.5
STRANGE = 0.2
CUT = 0.05
BLOCK = 2**21


@dataclass(frozen=True)
class Tracks:
    """What was seen of each object in each frame; arrays are [..., object], lengths in world units.

    `x`, `y`, `radius` (that of the disc of the same area) are NaN where nothing is seen. `present`: some pixel is at
    least half covered by the object's colour. `whole`: what is seen is one compact piece. `inside`: it does not touch
    the border of the view. `strange` [...]: the area of colours that belong to no object.
    """

    x: Array
    y: Array
    radius: Array
    present: Mask
    whole: Mask
    inside: Mask
    strange: Array


def track(frames: NDArray[np.generic], colours: Sequence[str], *, world: float = 10.0) -> Tracks:
    """Tracks of frames [..., channel, y, x]: floats in [0, 1], or uint8.

    An object of which nothing is seen, and any in a frame that is not finite, is not `present`. Raises UsageError where
    the frames have no three channels and equal sides, or the colours cannot be told apart.
    """
    if frames.ndim < 3 or frames.shape[-3] != 3 or frames.shape[-1] != frames.shape[-2]:
        raise UsageError("these are no frames", expected="[..., 3, y, x] with y = x", got=str(frames.shape))
    flat = frames.reshape(-1, *frames.shape[-3:])
    size = flat.shape[-1]
    rows = max(BLOCK // (3 * size * size), 1)
    parts = [_track_block(flat[i : i + rows], colours, world / size) for i in range(0, len(flat), rows)]
    if not parts:
        parts = [_track_block(flat, colours, world / size)]
    shape = frames.shape[:-3]
    joined = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
    return Tracks(*(values.reshape((*shape, *values.shape[1:])) for values in joined))


def _track_block(frames: NDArray[Any], colours: Sequence[str], pixel: float) -> tuple[NDArray[Any], ...]:
    light = frames.astype(np.float64) / (255.0 if frames.dtype == np.uint8 else 1.0)
    finite = np.isfinite(light).all(axis=(1, 2, 3))
    light[~finite] = 1.0
    shares, rest = unmix(np.clip(light, 0.0, 1.0), colours)
    size = frames.shape[-1]
    centres = np.arange(size, dtype=np.float64) + 0.5
    core = np.where(shares >= CORE, shares, 0.0)
    present: Mask = np.asarray(core.any(axis=(-2, -1)))
    area, column, row, spread = _moments(core, centres)
    compact: Mask = spread < area / (2.0 * np.pi * COMPACT) + SLACK
    near = _near(column, row, np.sqrt(area / np.pi) + MARGIN, centres)
    area, column, row, _ = _moments(shares * near, centres)
    radius = np.sqrt(area / np.pi)
    edge = np.stack([column - radius, size - column - radius, row - radius, size - row - radius]).min(axis=0)
    strange = (rest > STRANGE).sum(axis=(-2, -1)) * pixel**2
    seen = np.where(present, pixel, np.nan)
    inside = present & (edge > -CUT)
    return column * seen, (size - row) * seen, radius * seen, present, compact & present, inside, strange


def _moments(shares: Array, centres: Array) -> tuple[Array, Array, Array, Array]:
    """Area, mean column, mean row and the variance about them (that of the pixels themselves, 1/6, included)."""
    by_column, by_row = shares.sum(axis=-2), shares.sum(axis=-1)
    area = by_row.sum(axis=-1)
    weight = np.where(area > 0.0, area, 1.0)
    column, row = by_column @ centres / weight, by_row @ centres / weight
    second = (by_column @ centres**2 + by_row @ centres**2) / weight
    return area, column, row, second - column**2 - row**2 + 1.0 / 6.0


def _near(column: Array, row: Array, reach: Array, centres: Array) -> Mask:
    """Pixels whose centre lies within `reach` of a point, [..., y, x]."""
    across = np.square(centres - column[..., None])[..., None, :]
    down = np.square(centres - row[..., None])[..., :, None]
    near: Mask = across + down <= np.square(reach)[..., None, None]
    return near
