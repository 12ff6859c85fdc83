"""From tracked discs to a state: least squares of free flight, or, where that does not fit, of flight with contacts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.discs_estimate import estimate_state
from dynarena.engines.film.components import VX, VY, X, Y
from dynarena.engines.film.sight import Sight
from dynarena.engines.track import Tracks
from dynarena.errors import DataError

Array = NDArray[np.float64]
Path = Callable[[Array], Array]

ROUNDS, NUDGE = 12, 1e-6
FITS = 3e-4  # of the world, root mean square: what quantisation leaves at 32 pixels


def flights(seen: Sight, dt: float, gravity: Array) -> Array:
    """The state [trajectory, disc, (x, y, vx, vy, radius, mass)] in the last frame, of free flight; masses NaN."""
    tracks = Tracks(seen.x, seen.y, seen.radius, seen.present, seen.whole, seen.inside, seen.strange)
    return estimate_state(tracks, dt, gravity)


def with_contacts(
    last: Array, places: Array, path: Path, back: Array, dt: float, gravity: float, world: float
) -> Array:
    """The discs [disc, component] in the last frame, by contacts within the context where free flight does not fit.

    `last`: by free flight. `places` [time, disc, (x, y)]: what is seen, NaN where nothing is. `path` runs discs from
    the first frame; `back` are the discs there but for place and velocity.
    """
    span = dt * (len(places) - 1)
    free = back.copy()
    free[:, [X, VX, VY]] = last[:, [X, VX, VY]]
    free[:, X] = last[:, X] - last[:, VX] * span
    free[:, VY] = last[:, VY] + gravity * span
    free[:, Y] = last[:, Y] - free[:, VY] * span + 0.5 * gravity * span**2
    if not np.isfinite(free).all() or len(places) < 2:
        return last
    first = free.copy()
    moved = places[1] - places[0]
    if np.isfinite(moved).all():
        first[:, [X, Y]] = places[0]
        first[:, VX], first[:, VY] = moved[:, 0] / dt, moved[:, 1] / dt + 0.5 * gravity * dt
    best, least = last, np.inf
    for guess in (free, first):
        found, cost = _refined(guess, places, path, back)
        if cost < least:
            best, least = found, cost
        if least < (FITS * world) ** 2:
            break
    return best


def _refined(guess: Array, places: Array, path: Path, back: Array) -> tuple[Array, float]:
    """Damped Gauss-Newton steps from a guess: the discs in the last frame, and the mean square of what is missed."""
    columns = [X, Y, VX, VY]

    def miss(values: Array) -> tuple[Array, Array]:
        discs = back.copy()
        discs[:, columns] = values.reshape(len(back), 4)
        try:
            run = path(discs)
        except DataError:
            return np.full(places.size, 1e3), discs
        return np.clip(np.nan_to_num(run[:, :, [X, Y]] - places), -1e3, 1e3).ravel(), run[-1]

    here, damping = guess[:, columns].ravel(), 1e-3
    wrong, end = miss(here)
    for _ in range(ROUNDS):
        slopes = np.stack([miss(here + NUDGE * row)[0] - wrong for row in np.eye(len(here))], axis=1) / NUDGE
        normal = slopes.T @ slopes
        step = np.linalg.lstsq(normal + damping * np.diag(np.diag(normal) + 1e-9), -slopes.T @ wrong, rcond=None)[0]
        after, there = miss(here + step)
        if after @ after < wrong @ wrong:
            done = after @ after > (1.0 - 1e-6) * (wrong @ wrong)
            here, wrong, end, damping = here + step, after, there, damping / 5.0
            if done:
                break
        else:
            damping *= 10.0
            if damping > 1e6:
                break
    return end, float(wrong @ wrong) / max(int(np.isfinite(places).sum()), 1)
