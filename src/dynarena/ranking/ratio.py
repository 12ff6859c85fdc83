"""From an error to a skill.

    r = clip(max(e - f, 0) / (b - f), 0.01, 4)          skill = 1 - (product of r)^(1/n)

e is a cell's primary error (mean over trajectories), f the floor that a perfect model reaches through the same
instrument, b the error of the reference baseline; f and b are constants of the lock, so no rival moves a skill.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynarena.errors import DataError
from dynarena.schema.lock import TaskLock

BEST = 0.01
WORST = 4.0

Floats = NDArray[np.float64]


def ratio(error: ArrayLike, task: TaskLock) -> Floats:
    """r of each error, elementwise: 1 is the reference, 0.01 the best, 4 the worst; a non-finite error is 4.

    Raises DataError where the lock's reference is no worse than its floor.
    """
    span = task.reference - task.floor
    if not span > 0:
        raise DataError(
            "a lock's reference error must be above its floor",
            where=task.id,
            expected=f"reference > {task.floor:g}",
            got=f"{task.reference:g}",
            fix="Freeze a new version whose primary metric separates the reference from a perfect model.",
        )
    e = np.asarray(error, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        r = np.clip(np.maximum(e - task.floor, 0) / span, BEST, WORST)
    return np.where(np.isfinite(e), r, WORST)


def skill(log_r: ArrayLike) -> Floats:
    """1 - exp(mean log r): 0 at the reference, 0.99 at the floor, -3 where everything failed. Elementwise.

    Rounded to 12 decimals, so that the reference is exactly 0 whatever the order of summation.
    """
    values = -np.expm1(np.asarray(log_r, dtype=np.float64))
    return np.asarray(np.round(values, 12) + 0.0, dtype=np.float64)
