"""Places as ranges: a model's place is as certain as its differences from its rivals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from dynarena.ranking.ratio import Floats

ALPHA = 0.05


def p_value(difference: float, draws: Floats, units: int) -> float:
    """Two-sided p of a paired difference of mean log r: |difference| / sd of its resamples against t of `units` - 1."""
    if units < 2:
        return 1.0
    spread = float(draws.std())
    if spread < 1e-12:
        return 1.0 if abs(difference) < 1e-12 else 0.0
    return float(2 * stats.t.sf(abs(difference) / spread, units - 1))


def systems_p_value(differences: Floats) -> float:
    """Two-sided p of the paired t test over systems: what is left where nothing can be resampled."""
    if len(differences) < 2:
        return 1.0
    sem = differences.std(ddof=1) / np.sqrt(len(differences))
    return p_value(float(differences.mean()), np.array([-sem, sem]), len(differences))


def holm(p: ArrayLike) -> Floats:
    """Holm's adjusted p values, in the given order. Holm (1979), Scand. J. Stat. 6, 65."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    scaled = (len(values) - np.arange(len(values))) * values[order]
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0) if len(values) else scaled
    return adjusted


def rank_ranges(mean_log_r: Floats, p: Floats, alpha: float = ALPHA) -> NDArray[np.int64]:
    """Places each model may hold, [model, (low, high)], from pairwise p values [model, model].

    After Holm's adjustment over all pairs: low = 1 + models that are significantly better, high = models - those
    significantly worse. All ranges together hold the true places with probability 1 - alpha.
    """
    n = len(mean_log_r)
    first, second = np.triu_indices(n, 1)
    differs = np.zeros((n, n), dtype=bool)
    differs[first, second] = holm(p[first, second]) < alpha
    differs |= differs.T
    better = differs & (mean_log_r[None, :] < mean_log_r[:, None])
    worse = differs & (mean_log_r[None, :] > mean_log_r[:, None])
    return np.stack([1 + better.sum(axis=1), n - worse.sum(axis=1)], axis=1)


def leave_one_out_ranks(log_r: Floats) -> NDArray[np.int64]:
    """Lowest and highest place by score alone when any one system is left out, [model, (low, high)].

    `log_r` is [model, system]. With a single system there is nothing to leave out and the place is that of the score.
    """
    n = log_r.shape[1]
    kept = [np.delete(np.arange(n), i) for i in range(n)] if n > 1 else [np.arange(n)]
    places = np.stack([stats.rankdata(np.round(log_r[:, k].mean(axis=1), 12), method="min") for k in kept])
    return np.stack([places.min(axis=0), places.max(axis=0)], axis=1).astype(np.int64)
