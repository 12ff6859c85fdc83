"""Ridge regression whose penalty is chosen where it matters: on held-out free runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


class Moments:
    """XᵀX, XᵀY and the number of rows, gathered piece by piece; moments add."""

    def __init__(self, xx: Tensor | None = None, xy: Tensor | None = None, rows: int = 0) -> None:
        self.xx, self.xy, self.rows = xx, xy, rows

    def add(self, features: Tensor, targets: Tensor) -> None:
        """Takes in rows of features [..., p] and targets [..., q]."""
        x, y = features.reshape(-1, features.shape[-1]), targets.reshape(-1, targets.shape[-1])
        self.xx = x.T @ x if self.xx is None else self.xx.addmm_(x.T, x)
        self.xy = x.T @ y if self.xy is None else self.xy.addmm_(x.T, y)
        self.rows += len(x)

    def __add__(self, other: Moments) -> Moments:
        if self.xx is None or self.xy is None:
            return other
        if other.xx is None or other.xy is None:
            return self
        return Moments(self.xx + other.xx, self.xy + other.xy, self.rows + other.rows)

    def solutions(self, penalties: Sequence[float]) -> list[Tensor]:
        """argmin_W |X W - Y|² + penalty rows |W|² for each penalty, [p, q] each, by one eigendecomposition."""
        if self.xx is None or self.xy is None:
            raise ValueError("no rows were added")
        values, vectors = torch.linalg.eigh(self.xx / self.rows)
        turned = vectors.T @ self.xy / self.rows
        return [vectors @ (turned / (values.clamp(min=0) + penalty)[:, None]) for penalty in penalties]


def choose_ridge(
    fitting: Moments, held_out: Moments, penalties: Sequence[float], error: Callable[[Tensor], float]
) -> tuple[Tensor, float]:
    """Weights fitted on everything, with the penalty whose weights have the least error; and that error.

    For the choice the weights are fitted on `fitting` alone, so that `error` may judge them on what is held out.
    """
    errors = [error(weights) for weights in fitting.solutions(penalties)]
    best = min(range(len(penalties)), key=errors.__getitem__)
    return (fitting + held_out).solutions([penalties[best]])[0], errors[best]


def free_run_error(run: Callable[[Tensor, int], Tensor], z: Tensor, context: int, ahead: int, starts: int = 8) -> float:
    """Mean over time of e / (1 + e), e the normalised square error of free runs: what is lost is not lost twice.

    run(context, ahead) answers [batch, ahead, rank] to [batch, context, rank]; the runs start at up to `starts` evenly
    spaced places of each trajectory of z [trajectory, time, rank].
    """
    windows = z.unfold(1, context + ahead, 1).transpose(2, 3)
    places = torch.linspace(0, windows.shape[1] - 1, min(starts, windows.shape[1])).long()
    chosen = windows[:, places].flatten(0, 1)
    scale = z.flatten(0, 1).var(0, correction=0).sum()
    error = (run(chosen[:, :context], ahead) - chosen[:, context:]).square().sum(-1) / scale.clamp(min=1e-300)
    return (error / (1 + error)).mean().item()
