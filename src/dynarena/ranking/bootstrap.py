"""Paired bootstrap: seeds and trajectories are crossed, and the draws are the same for every model.

Of n units n - 1 are drawn with replacement, which makes the variance of a resampled mean unbiased even for two or
three seeds (Rao and Wu (1988), J. Am. Stat. Assoc. 83, 231). The draws of a system come from Philox keyed by its
name: they depend neither on the models present nor on other systems, and the tasks of a system share its trajectories.
Where a model is fitted once for all tasks its seeds are drawn once for all tasks, else anew for each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy import stats

from dynarena.ranking.cells import Contender
from dynarena.ranking.ratio import BEST, WORST, Floats, ratio, skill
from dynarena.schema.lock import Lock

DRAWS = 2000
LEVEL = 0.95


@lru_cache(maxsize=64)
def _weights(name: str, n_units: int, n_draws: int = DRAWS) -> Floats:
    """Weights of `n_units` units in each resample, [draw, unit]; rows add to 1. One unit has weight 1."""
    if n_units == 1:
        return np.ones((n_draws, 1))
    key = int.from_bytes(hashlib.sha256(f"{name}|{n_units}".encode()).digest()[:16], "little")
    uniform = np.random.Generator(np.random.Philox(key=key)).random((n_draws, n_units - 1))
    chosen = (uniform * n_units).astype(np.int64) + n_units * np.arange(n_draws)[:, None]
    counts = np.bincount(chosen.ravel(), minlength=n_draws * n_units).reshape(n_draws, n_units)
    return np.asarray(counts / (n_units - 1), dtype=np.float64)


def systems_of(lock: Lock) -> list[str]:
    """The systems of a lock, each once, in the lock's order."""
    return list(dict.fromkeys(task.system for task in lock.tasks))


def task_log_ratios(contender: Contender, lock: Lock) -> dict[str, float]:
    """log r of each accepted task: r of each cell, averaged over seeds arithmetically, so that luck does not pay."""
    return {
        task: float(np.log(ratio(_mean_error(entry.errors), entry.task).mean()))
        for task, entry in contender.accepted.items()
    }


def _mean_error(errors: Floats, over_trajectories: Floats | None = None) -> Floats:
    """The mean over trajectories of each seed, [seed]; with weights [draw, trajectory], [draw, seed]."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(errors.mean(axis=1) if over_trajectories is None else over_trajectories @ errors.T)


def log_ratios(contender: Contender, lock: Lock) -> Floats:
    """log r of each system, the mean over its tasks, [system]; NaN where no task of it was accepted."""
    by_task = {task: np.array([value]) for task, value in task_log_ratios(contender, lock).items()}
    return _by_system(by_task, lock, 1).ravel()


def log_ratio_draws(contenders: Sequence[Contender], lock: Lock, n_draws: int = DRAWS) -> list[Floats]:
    """Resampled log r of each contender, [draw, system] each; NaN where a system was not accepted."""
    return [_contender_draws(contender, lock, n_draws) for contender in contenders]


def _contender_draws(contender: Contender, lock: Lock, n_draws: int) -> Floats:
    drawn = {}
    for task, entry in contender.accepted.items():
        n_seeds, n_trajectories = entry.errors.shape
        over_trajectories = _weights(f"trajectories|{entry.task.system}", n_trajectories, n_draws)
        over_seeds = _weights("seeds" if lock.fit == "once" else f"seeds|{task}", n_seeds, n_draws)
        r = ratio(_mean_error(entry.errors, over_trajectories), entry.task)
        drawn[task] = np.log((r * over_seeds).sum(axis=1))
    return _by_system(drawn, lock, n_draws)


def _by_system(by_task: dict[str, Floats], lock: Lock, n_rows: int) -> Floats:
    """Tasks averaged within their system: [row, system]."""
    columns = []
    for system in systems_of(lock):
        tasks = [by_task[task.id] for task in lock.tasks if task.system == system and task.id in by_task]
        columns.append(np.mean(tasks, axis=0) if tasks else np.full(n_rows, np.nan))
    return np.stack(columns, axis=1)


def interval(draws: Floats, level: float = LEVEL) -> tuple[float, float]:
    """The central `level` share of resampled values."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def systems_interval(log_r: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Skill on systems like these: mean log r -+ t s / sqrt(n) over n systems, within what r can be.

    NaN for fewer than two systems. With two, t is 12.7: the interval says how little two systems tell of others.
    """
    values = log_r[np.isfinite(log_r)]
    if len(values) < 2:
        return float("nan"), float("nan")
    half = stats.t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    bounds = np.clip([values.mean() + half, values.mean() - half], np.log(BEST), np.log(WORST))
    low, high = skill(bounds)
    return float(low), float(high)


def resampled_units(contender: Contender) -> int:
    """How many units the interval rests on: the smallest test set, or the seeds where a task has a single error."""
    sizes = [entry.errors.shape[1] for entry in contender.accepted.values()]
    smallest = min(sizes, default=1)
    return smallest if smallest > 1 else len(contender.seeds)
