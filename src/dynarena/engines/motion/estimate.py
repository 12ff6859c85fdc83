"""From what is tracked to a state: least squares of the scene's law through all frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.film.components import ANGLE, HEIGHT, LIGHT, WIDTH
from dynarena.engines.film.outlines import area, centroid
from dynarena.engines.film.sight import Sight
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError, UsageError

if TYPE_CHECKING:
    from dynarena.engines.motion.engine import MotionSimulator

Array = NDArray[np.float64]

TRIALS, BEST, ROUNDS = 512, 6, 25
NUDGE = 1e-6
ENOUGH = 1e-7  # of the world squared, summed over all that is compared
WEIGHT = 0.03  # of the world: what a change of opacity or angle by one counts in lengths
SLENDER = 0.3  # log of the ratio of sides from which on an angle is seen


def estimate(simulator: MotionSimulator, seen: Sight, parameters: Mapping[str, Array], dt: float) -> Array:
    """The state [trajectory, object, component] in the last of the seen frames [trajectory, time, tracked object].

    Starts drawn by the scene's own law are compared with what is seen; the best are refined by damped Gauss-Newton
    steps. A clip that shows nothing gets NaN.
    """
    n, points = seen.x.shape[:2]
    streams = Streams([trajectory_key("estimate", index) for index in range(TRIALS)])
    drawn = simulator.start(streams, simulator.parameters(streams, "train"), "train")
    coordinates = simulator.coordinates_of(drawn)
    out = np.full((n, *simulator.shape), np.nan)
    for row in range(n):
        mine = {name: values[row : row + 1] for name, values in parameters.items()}
        target = _target(seen, row)
        if not np.isfinite(target).any():
            continue

        def path(trial: Array, mine: Mapping[str, Array] = mine) -> Array:
            rows = {name: np.repeat(value, len(trial)) for name, value in mine.items()}
            return simulator.states(simulator.coordinates.run(trial, rows, dt, points), rows)

        best = _fitted(simulator, path, coordinates, target)
        if best is not None:
            out[row] = path(best[None])[0, -1]
    return out


def _target(seen: Sight, row: int) -> Array:
    """What is compared, [time, tracked object, (x, y, radius, light, cos and sin 2 angle)]; NaN: not seen whole."""
    good = (seen.whole & seen.inside)[row]
    use = good if good.any() else seen.present[row]
    turn = 2.0 * seen.angle[row]
    columns = [seen.x[row], seen.y[row], seen.radius[row], seen.light[row], np.cos(turn), np.sin(turn)]
    return np.where(use[..., None], np.stack(columns, axis=-1), np.nan)


def _shown(simulator: MotionSimulator, states: Array) -> Array:
    """What states would show, [trajectory, time, tracked object, 6]; angles only of what is long."""
    columns = []
    for place in simulator.look.tracked:
        one, shape = states[:, :, place], simulator.look.shapes[place]
        slender = np.abs(np.log((one[..., WIDTH] + 1e-9) / (one[..., HEIGHT] + 1e-9))) > SLENDER
        long = slender & (shape not in ("disc", "blob"))
        turn = 2.0 * one[..., ANGLE] + np.where((one[..., HEIGHT] > one[..., WIDTH]) & (shape != "rod"), np.pi, 0.0)
        size = np.sqrt(area(one, shape) / np.pi)
        turned = [np.where(long, function(turn), np.nan) for function in (np.cos, np.sin)]
        columns.append(np.stack([*centroid(one, shape), size, one[..., LIGHT], *turned], axis=-1))
    return np.stack(columns, axis=2)


def _misses(simulator: MotionSimulator, states: Array, target: Array) -> Array:
    """Differences [trajectory, n], 0 where there is nothing to compare."""
    turn = WEIGHT * simulator.world
    apart = (_shown(simulator, states) - target) * np.array([1.0, 1.0, 1.0, turn, turn, turn])
    return np.asarray(np.clip(np.nan_to_num(apart), -1e3, 1e3).reshape(len(states), -1))


def _fitted(simulator: MotionSimulator, path: object, trials: Array, target: Array) -> Array | None:
    assert callable(path)
    costs = np.square(_misses(simulator, path(trials), target)).sum(axis=1)
    spread = np.maximum(trials.std(axis=0), 1e-3)
    best: Array | None = None
    least = np.inf
    for start in trials[np.argsort(costs, kind="stable")[:BEST]]:
        found, cost = _refined(simulator, path, start, spread, target)
        if cost < least:
            best, least = found, cost
        if least < ENOUGH * simulator.world**2:
            break
    return best


def _refined(
    simulator: MotionSimulator, path: object, start: Array, spread: Array, target: Array
) -> tuple[Array, float]:
    """Levenberg-Marquardt with one-sided differences."""
    assert callable(path)
    here, damping = start.copy(), 1e-3
    miss = _misses(simulator, path(here[None]), target)[0]
    for _ in range(ROUNDS):
        nudged = here + NUDGE * np.diag(spread)
        slopes = (_misses(simulator, path(nudged), target) - miss).T / NUDGE
        normal, gradient = slopes.T @ slopes, slopes.T @ miss
        step = -np.linalg.solve(normal + damping * (np.diag(np.diag(normal)) + 1e-12 * np.eye(len(normal))), gradient)
        try:
            after = _misses(simulator, path((here + spread * step)[None]), target)[0]
        except (DataError, UsageError):
            after = np.full_like(miss, np.inf)
        if after @ after < miss @ miss:
            gain = 1.0 - (after @ after) / (miss @ miss)
            here, miss, damping = here + spread * step, after, damping / 5.0
            if gain < 1e-9:
                break
        else:
            damping *= 10.0
            if damping > 1e8:
                break
    return here, float(miss @ miss)
