"""Exact motion from contact to contact.

Between contacts each disc has a constant acceleration: gravity, none where it rests on the floor, or that of sliding
friction until it rolls. Contact times are roots of polynomials; nothing but + - * / and sqrt enters.

A ball that loses speed at each bounce on the floor comes to rest after infinitely many: where its speed after a bounce
is below `REST` sqrt(gravity world) it rests, which moves nothing by more than that speed times what is left of the
bounces.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.contacts.impulses import collide, hit
from dynarena.engines.contacts.waits import meeting, reaching
from dynarena.engines.film.components import ANGLE, RADIUS, SPIN, VX, VY, X, Y

Array = NDArray[np.float64]
Flags = NDArray[np.int64]

MOST_CONTACTS = 200_000
REST = 1e-10

DISC, WALL, SIDE, PEG, ROLL = 0, 1, 2, 3, 4
LEFT, RIGHT, FLOOR, CEILING = 0, 1, 2, 3

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def march(
    state: Array, laws: Array, sides: Array, pegs: Array, world: float, walls: bool, dt: float, out: Array
) -> int:
    """Fill out [time, disc, component] every dt from state [disc, component]; the number of contacts, -1: too many.

    `laws`: gravity, restitution between discs, restitution against all else, friction.
    """
    resting = np.zeros(state.shape[0], np.int64)
    pull, event = np.zeros((state.shape[0], 3)), np.zeros(3, np.int64)
    _settle(state, laws, world, walls, resting)
    _accelerate(state, laws, resting, pull)
    begin, contacts, end = 0.0, 0, (out.shape[0] - 1) * dt
    wait = _next(state, pull, laws, resting, sides, pegs, world, walls, end - begin, event)
    for point in range(out.shape[0]):
        while begin + wait < point * dt:
            contacts += 1
            if contacts > MOST_CONTACTS:
                return -1
            drift(state, pull, wait, state)
            _meet(state, laws, resting, sides, pegs, world, event)
            begin += wait
            _accelerate(state, laws, resting, pull)
            wait = _next(state, pull, laws, resting, sides, pegs, world, walls, end - begin, event)
        drift(state, pull, point * dt - begin, out[point])
    return contacts


@_jit
def drift(state: Array, pull: Array, time: float, out: Array) -> None:
    """x += v t + a t^2/2, v += a t, and the same of the angle, for each disc."""
    for disc in range(state.shape[0]):
        for column in range(state.shape[1]):
            out[disc, column] = state[disc, column]
        for k in range(2):
            out[disc, X + k] = state[disc, X + k] + (state[disc, VX + k] + 0.5 * pull[disc, k] * time) * time
            out[disc, VX + k] = state[disc, VX + k] + pull[disc, k] * time
        out[disc, ANGLE] = state[disc, ANGLE] + (state[disc, SPIN] + 0.5 * pull[disc, 2] * time) * time
        out[disc, SPIN] = state[disc, SPIN] + pull[disc, 2] * time


@_jit
def _settle(state: Array, laws: Array, world: float, walls: bool, resting: Flags) -> None:
    """Discs that lie on the floor without vertical speed rest."""
    for disc in range(state.shape[0]):
        low = state[disc, Y] - state[disc, RADIUS] <= 1e-12 * world
        if walls and laws[0] > 0.0 and low and abs(state[disc, VY]) <= REST * math.sqrt(laws[0] * world):
            resting[disc] = 1


@_jit
def _accelerate(state: Array, laws: Array, resting: Flags, pull: Array) -> None:
    """Accelerations [disc, (x, y, angle)]."""
    for disc in range(state.shape[0]):
        pull[disc, 0], pull[disc, 1], pull[disc, 2] = 0.0, -laws[0], 0.0
        if resting[disc]:
            pull[disc, 1] = 0.0
            slip = state[disc, VX] + state[disc, SPIN] * state[disc, RADIUS]
            if laws[3] > 0.0 and slip != 0.0:
                pull[disc, 0] = -math.copysign(laws[3] * laws[0], slip)
                pull[disc, 2] = 2.0 * pull[disc, 0] / state[disc, RADIUS]


@_jit
def _next(
    state: Array, pull: Array, laws: Array, resting: Flags, sides: Array, pegs: Array, world: float, walls: bool,
    last: float, event: Flags,
) -> float:  # fmt: skip
    """The wait until the earliest event within `last`, else infinity; `event` says which."""
    best = math.inf
    for i in range(state.shape[0]):
        a = state[i]
        for j in range(i + 1, state.shape[0]):
            b = state[j]
            wait = meeting(
                b[X] - a[X], b[Y] - a[Y], b[VX] - a[VX], b[VY] - a[VY], pull[j, 0] - pull[i, 0],
                pull[j, 1] - pull[i, 1], a[RADIUS] + b[RADIUS], min(best, last),
            )  # fmt: skip
            if wait < best:
                best, event[0], event[1], event[2] = wait, DISC, i, j
        for wall in range(4 if walls else 0):
            wait = _wall(a, pull[i], world, wall)
            if wait < best:
                best, event[0], event[1], event[2] = wait, WALL, i, wall
        for side in range(sides.shape[0]):
            wait = _side(a, pull[i], sides[side])
            if wait < best:
                best, event[0], event[1], event[2] = wait, SIDE, i, side
        for peg in range(pegs.shape[0]):
            wait = meeting(
                a[X] - pegs[peg, 0], a[Y] - pegs[peg, 1], a[VX], a[VY], pull[i, 0], pull[i, 1],
                a[RADIUS] + pegs[peg, 2], min(best, last),
            )  # fmt: skip
            if wait < best:
                best, event[0], event[1], event[2] = wait, PEG, i, peg
        if resting[i] and pull[i, 0] != 0.0:
            wait = abs(a[VX] + a[SPIN] * a[RADIUS]) / (3.0 * abs(pull[i, 0]))
            if wait < best:
                best, event[0], event[1], event[2] = wait, ROLL, i, 0
    return best


@_jit
def _wall(disc: Array, pull: Array, world: float, wall: int) -> float:
    axis = 0 if wall in (LEFT, RIGHT) else 1
    if wall in (LEFT, FLOOR):
        return reaching(disc[X + axis] - disc[RADIUS], -disc[VX + axis], -pull[axis])
    return reaching(world - disc[RADIUS] - disc[X + axis], disc[VX + axis], pull[axis])


@_jit
def _side(disc: Array, pull: Array, side: Array) -> float:
    """Until the rim meets a straight side between its ends; corners are pegs."""
    nx, ny, far = side_normal(disc, side)
    wait = reaching(far - disc[RADIUS], -(disc[VX] * nx + disc[VY] * ny), -(pull[0] * nx + pull[1] * ny))
    if wait == math.inf:
        return wait
    x = disc[X] + (disc[VX] + 0.5 * pull[0] * wait) * wait - side[0]
    y = disc[Y] + (disc[VY] + 0.5 * pull[1] * wait) * wait - side[1]
    ex, ey = side[2] - side[0], side[3] - side[1]
    along = x * ex + y * ey
    return wait if 0.0 <= along <= ex * ex + ey * ey and far >= 0.5 * disc[RADIUS] else math.inf


@_jit
def side_normal(disc: Array, side: Array) -> tuple[float, float, float]:
    """The unit normal of a side towards a disc, and the distance of its centre."""
    ex, ey = side[2] - side[0], side[3] - side[1]
    length = math.sqrt(ex * ex + ey * ey)
    nx, ny = -ey / length, ex / length
    far = (disc[X] - side[0]) * nx + (disc[Y] - side[1]) * ny
    return (nx, ny, far) if far >= 0.0 else (-nx, -ny, -far)


@_jit
def _meet(state: Array, laws: Array, resting: Flags, sides: Array, pegs: Array, world: float, event: Flags) -> None:
    """What the event does."""
    kind, i, j = event[0], event[1], event[2]
    a = state[i]
    if kind == DISC:
        collide(state, i, j, state[j, X] - a[X], state[j, Y] - a[Y], laws[1], laws[3])
        for disc in (i, j):
            resting[disc] = 1 if resting[disc] and abs(state[disc, VY]) <= REST * math.sqrt(laws[0] * world) else 0
    elif kind == WALL:
        nx = 1.0 if j == LEFT else -1.0 if j == RIGHT else 0.0
        ny = 1.0 if j == FLOOR else -1.0 if j == CEILING else 0.0
        hit(state, i, nx, ny, laws[2], laws[3])
        if j == FLOOR and laws[0] > 0.0 and abs(a[VY]) <= REST * math.sqrt(laws[0] * world):
            resting[i], a[VY], a[Y] = 1, 0.0, a[RADIUS]
    elif kind == SIDE:
        nx, ny, _ = side_normal(a, sides[j])
        hit(state, i, nx, ny, laws[2], laws[3])
    elif kind == PEG:
        dx, dy = a[X] - pegs[j, 0], a[Y] - pegs[j, 1]
        distance = math.sqrt(dx * dx + dy * dy)
        hit(state, i, dx / distance, dy / distance, laws[2], laws[3])
    else:
        a[SPIN] = -a[VX] / a[RADIUS]
