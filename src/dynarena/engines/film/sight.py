"""What a clip shows of a scene's tracked objects: share-weighted centroids by colour, in world units.

A pixel's share of a colour is the area that the object covers of it times its opacity, so the share-weighted mean of
pixel centres is the object's centroid. Shares count near the core (share at least half of the largest), so that faint
haze far away moves nothing. Objects of one colour are told apart by the pieces that their cores form, and from frame to
frame by where constant velocity would take them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.film.identity import follow
from dynarena.engines.film.look import Look
from dynarena.engines.film.pieces import Piece, pieces
from dynarena.engines.film.unmix import unmix
from dynarena.errors import UsageError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

STRANGE = 0.2
CUT = 0.05
BLOCK = 2**21


@dataclass(frozen=True)
class Sight:
    """What was seen of each tracked object in each frame; arrays are [..., tracked object], lengths in world units.

    `x`, `y` (centroid), `radius` (that of the disc of the same area), `angle` (of the longer axis, in
    (-pi/2, pi/2]; nothing where the object is round) and `light` (opacity) are NaN where nothing is seen. `whole`: what
    is seen is one piece. `inside`: it does not touch the border. `strange` [...]: the area of colours of no object.
    """

    x: Array
    y: Array
    radius: Array
    angle: Array
    light: Array
    present: Mask
    whole: Mask
    inside: Mask
    strange: Array


def sight(frames: NDArray[np.generic], look: Look) -> Sight:
    """What frames [..., channel, y, x] show, floats in [0, 1] or uint8; the axis before the channels is time.

    A frame that is not finite shows nothing. Raises UsageError where these are no square frames, the scene has nothing
    that is tracked, or its colours cannot be told apart.
    """
    if frames.ndim < 3 or frames.shape[-3] != 3 or frames.shape[-1] != frames.shape[-2]:
        raise UsageError("these are no frames", expected="[..., 3, y, x] with y = x", got=str(frames.shape))
    if not look.tracked or look.shade is not None:
        raise UsageError("nothing in this scene is tracked", fix="judge its pictures by psnr, ssim or picture_error")
    size, lead = frames.shape[-1], frames.shape[:-3]
    clips = frames.reshape(-1, *((1,) * (len(lead) == 0)), *frames.shape[max(len(lead) - 1, 0) :])
    found = np.full((*clips.shape[:2], len(look.tracked), 8), np.nan)
    strange = np.zeros(clips.shape[:2])
    rows = max(BLOCK // (3 * size * size), 1)
    for clip in range(len(clips)):
        for first in range(0, clips.shape[1], rows):
            part = slice(first, first + rows)
            found[clip, part], strange[clip, part] = _measured(clips[clip, part], look)
        found[clip] = follow(found[clip], look)
    return _as_sight(found.reshape(*lead, len(look.tracked), 8), strange.reshape(lead))


def _as_sight(found: Array, strange: Array) -> Sight:
    x, y, radius, angle, light, whole, inside, _ = np.moveaxis(found, -1, 0)
    return Sight(
        x, y, radius, angle, light, np.isfinite(x), np.nan_to_num(whole) > 0.5, np.nan_to_num(inside) > 0.5, strange
    )


def _measured(frames: NDArray[Any], look: Look) -> tuple[Array, Array]:
    """[frame, tracked object, (x, y, radius, angle, light, whole, inside, -)] and the strange area [frame]."""
    size, pixel = frames.shape[-1], look.world / frames.shape[-1]
    light = frames.astype(np.float64) / (255.0 if frames.dtype == np.uint8 else 1.0)
    finite = np.isfinite(light).all(axis=(1, 2, 3))
    light[~finite] = 0.0
    colours = list(dict.fromkeys(look.colours))
    seen = {look.colours[place] for place in look.tracked}
    scenery = [k for k, colour in enumerate(colours) if colour not in seen]
    shares, rest = unmix(np.clip(light, 0.0, 1.0), colours, look.background, scenery)
    out = np.full((len(frames), len(look.tracked), 8), np.nan)
    for frame in np.flatnonzero(finite):
        for colour in dict.fromkeys(look.colours[place] for place in look.tracked):
            group = [k for k, place in enumerate(look.tracked) if look.colours[place] == colour]
            soft = all(look.shapes[look.tracked[k]] == "blob" for k in group)
            found = pieces(shares[frame, colours.index(colour)], len(group), soft=soft)
            for k, piece in zip(group, found, strict=False):
                out[frame, k] = _in_world(piece, size, pixel)
    strange = np.where(finite, (rest > STRANGE).sum(axis=(-2, -1)) * pixel**2, look.world**2)
    return out, strange


def _in_world(piece: Piece, size: int, pixel: float) -> Array:
    return np.array([
        piece.column * pixel, (size - piece.row) * pixel, np.sqrt(piece.area / np.pi) * pixel, -piece.angle,
        piece.light, float(piece.whole), float(piece.inside), np.nan,
    ])  # fmt: skip
