"""Exact motion of discs: closed-form flight between contacts, contacts at the roots of their quadratics.

x(t) = x + vx t and y(t) = y + vy t - g t^2 / 2 until two discs touch or, where there are walls, a disc touches one. All
discs fall alike, so their relative motion is straight and |d + w t| = r1 + r2 is a quadratic in t. Nothing but
+ - * / and sqrt enters, so the numbers are the same on every machine.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.errors import DataError

Array = NDArray[np.float64]

COMPONENTS = ("x", "y", "vx", "vy", "radius", "mass")
X, Y, VX, VY, RADIUS, MASS = range(6)
LEFT, RIGHT, FLOOR, CEILING = -1, -2, -3, -4
MOST_CONTACTS = 100_000


def fly(
    start: Array, gravity: Array, restitution: Array, dt: float, n_points: int, *, world: float, walls: bool
) -> Array:
    """States [trajectory, time, object, component] sampled every `dt` from `start` [trajectory, object, component].

    `gravity` and `restitution` are [trajectory]. Raises DataError where contacts accumulate without end.
    """
    out = np.empty((start.shape[0], n_points, *start.shape[1:]))
    for row in range(start.shape[0]):
        state = np.ascontiguousarray(start[row], dtype=np.float64).copy()
        if not _fly_one(state, float(gravity[row]), float(restitution[row]), dt, world, walls, out[row]):
            raise DataError(
                "contacts accumulate without end",
                where=f"trajectory {row}",
                expected=f"at most {MOST_CONTACTS} contacts",
                fix="raise the restitution, shorten the clip or use fewer discs",
            )
    return out


@njit(cache=True)
def _fly_one(
    state: Array, gravity: float, restitution: float, dt: float, world: float, walls: bool, out: Array
) -> bool:
    begin, contacts = 0.0, 0
    wait, first, second = _next_contact(state, gravity, world, walls)
    for point in range(out.shape[0]):
        while begin + wait < point * dt:
            contacts += 1
            if contacts > MOST_CONTACTS:
                return False
            _drift(state, wait, gravity, state)
            _bounce(state, first, second, restitution)
            begin += wait
            wait, first, second = _next_contact(state, gravity, world, walls)
        _drift(state, point * dt - begin, gravity, out[point])
    return True


@njit(cache=True)
def _drift(state: Array, time: float, gravity: float, out: Array) -> None:
    """Free flight: x += vx t, y += vy t - g t^2 / 2, vy -= g t."""
    for disc in range(state.shape[0]):
        out[disc, X] = state[disc, X] + state[disc, VX] * time
        out[disc, Y] = state[disc, Y] + (state[disc, VY] - 0.5 * gravity * time) * time
        out[disc, VX] = state[disc, VX]
        out[disc, VY] = state[disc, VY] - gravity * time
        out[disc, RADIUS] = state[disc, RADIUS]
        out[disc, MASS] = state[disc, MASS]


@njit(cache=True)
def _next_contact(state: Array, gravity: float, world: float, walls: bool) -> tuple[float, int, int]:
    """The wait until the earliest contact, and who touches whom (a negative number is a wall)."""
    best, first, second = np.inf, 0, 0
    for i in range(state.shape[0]):
        for j in range(i + 1, state.shape[0]):
            wait = _pair_wait(state[i], state[j])
            if wait < best:
                best, first, second = wait, i, j
        if walls:
            for wall in (LEFT, RIGHT, FLOOR, CEILING):
                wait = _wall_wait(state[i], gravity, world, wall)
                if wait < best:
                    best, first, second = wait, i, wall
    return best, first, second


@njit(cache=True)
def _pair_wait(a: Array, b: Array) -> float:
    """Smaller root of w^2 t^2 + 2 d.w t + d^2 - (r1 + r2)^2 = 0 for discs that approach, else infinity."""
    dx, dy, wx, wy = b[X] - a[X], b[Y] - a[Y], b[VX] - a[VX], b[VY] - a[VY]
    approach = dx * wx + dy * wy
    if approach >= 0.0:
        return np.inf
    reach = a[RADIUS] + b[RADIUS]
    gap = dx * dx + dy * dy - reach * reach
    if gap <= 0.0:
        return 0.0
    root = approach * approach - (wx * wx + wy * wy) * gap
    return gap / (math.sqrt(root) - approach) if root >= 0.0 else np.inf


@njit(cache=True)
def _wall_wait(disc: Array, gravity: float, world: float, wall: int) -> float:
    """Time until the disc's edge reaches a wall: g t^2 / 2 + closing t = gap (walls at the sides: g = 0)."""
    if wall == LEFT:
        return _fall(disc[X] - disc[RADIUS], -disc[VX], 0.0)
    if wall == RIGHT:
        return _fall(world - disc[RADIUS] - disc[X], disc[VX], 0.0)
    if wall == FLOOR:
        return _fall(disc[Y] - disc[RADIUS], -disc[VY], gravity)
    return _fall(world - disc[RADIUS] - disc[Y], disc[VY], -gravity)


@njit(cache=True)
def _fall(gap: float, speed: float, pull: float) -> float:
    """Smallest t >= 0 at which pull t^2 / 2 + speed t = gap while closing, else infinity."""
    gap = max(gap, 0.0)
    if speed > 0.0:
        root = speed * speed + 2.0 * pull * gap
        return 2.0 * gap / (speed + math.sqrt(root)) if root >= 0.0 else np.inf
    if pull > 0.0:
        return (math.sqrt(speed * speed + 2.0 * pull * gap) - speed) / pull
    return np.inf


@njit(cache=True)
def _bounce(state: Array, first: int, second: int, restitution: float) -> None:
    """The impulse along the normal: the normal relative speed u becomes -e u, momentum is kept."""
    if second < 0:
        component = VX if second >= RIGHT else VY
        state[first, component] = -restitution * state[first, component]
        return
    a, b = state[first], state[second]
    dx, dy = b[X] - a[X], b[Y] - a[Y]
    distance2 = dx * dx + dy * dy
    closing = (dx * (b[VX] - a[VX]) + dy * (b[VY] - a[VY])) / distance2
    push = (1.0 + restitution) * closing / (a[MASS] + b[MASS])
    a[VX] += push * b[MASS] * dx
    a[VY] += push * b[MASS] * dy
    b[VX] -= push * a[MASS] * dx
    b[VY] -= push * a[MASS] * dy
