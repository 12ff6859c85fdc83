"""What a contact does: an impulse along the normal that reverses the relative speed, friction across it."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.film.components import MASS, RADIUS, SPIN, VX, VY

Array = NDArray[np.float64]

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def hit(state: Array, disc: int, nx: float, ny: float, restitution: float, friction: float) -> None:
    """A disc against what stands still; the unit normal points from the obstacle to the disc.

    Coulomb's law limits the friction to `friction` times the normal impulse, or to what stops the slip of the rim; the
    moment of inertia is that of a disc, m r^2/2.
    """
    a = state[disc]
    closing = a[VX] * nx + a[VY] * ny
    normal = -(1.0 + restitution) * closing
    tx, ty = -ny, nx
    slip = a[VX] * tx + a[VY] * ty - a[SPIN] * a[RADIUS]
    drag = -math.copysign(min(friction * normal, abs(slip) / 3.0), slip)
    a[VX] += normal * nx + drag * tx
    a[VY] += normal * ny + drag * ty
    if friction > 0.0:
        a[SPIN] -= 2.0 * drag / a[RADIUS]


@_jit
def collide(state: Array, first: int, second: int, dx: float, dy: float, restitution: float, friction: float) -> None:
    """Two discs, d from the first to the second: momentum and angular momentum are kept."""
    a, b = state[first], state[second]
    distance2 = dx * dx + dy * dy
    closing = (dx * (b[VX] - a[VX]) + dy * (b[VY] - a[VY])) / distance2
    push = (1.0 + restitution) * closing / (a[MASS] + b[MASS])
    a[VX] += push * b[MASS] * dx
    a[VY] += push * b[MASS] * dy
    b[VX] -= push * a[MASS] * dx
    b[VY] -= push * a[MASS] * dy
    if friction <= 0.0:
        return
    distance = math.sqrt(distance2)
    tx, ty = -dy / distance, dx / distance
    slip = (b[VX] - a[VX]) * tx + (b[VY] - a[VY]) * ty - (a[SPIN] * a[RADIUS] + b[SPIN] * b[RADIUS])
    reduced = a[MASS] * b[MASS] / (a[MASS] + b[MASS])
    most = friction * abs(push) * a[MASS] * b[MASS] * distance
    drag = math.copysign(min(most, abs(slip) * reduced / 3.0), slip)
    a[VX] += drag / a[MASS] * tx
    a[VY] += drag / a[MASS] * ty
    b[VX] -= drag / b[MASS] * tx
    b[VY] -= drag / b[MASS] * ty
    a[SPIN] += 2.0 * drag / (a[MASS] * a[RADIUS])
    b[SPIN] += 2.0 * drag / (b[MASS] * b[RADIUS])
