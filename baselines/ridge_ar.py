"""Each component's next block from its own past, by ridge regression."""

from functools import partial

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error
from dynarena.evaluation.windows import blocks, fitted, repeat_blocks, split


class RidgeAR(Forecaster):
    """z_i[T+h] = w_{i,h} · [z_i[T], z_i[T-1], …, z_i[T-k+1], 1],  h = 1 … H: the direct multi-step autoregression.

    Every component i and every lead h has weights of its own, fitted by ridge regression on at most `rows` windows of
    train, so no error is fed back within a block of H steps. H is the horizon, or less where it is longer than `block`
    or than train allows; later blocks follow from the forecast itself. z are standardised components, or the leading
    principal components of a field or frame, and stay within their range in train, a quarter wider on either side. The
    ridge penalty is the one of `penalties` with the best free runs on held-out train trajectories.
    """

    name = "ridge_ar"
    authors = "The dynarena developers"
    paper = "Marcellino, Stock & Watson (2006), J. Econometrics 135, 499; Hoerl & Kennard (1970), Technometrics 12, 55"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 40
    search = {"lags": [20, 60, 120], "block": [30, 100, 300]}

    weights: Tensor | None = None

    def __init__(
        self,
        lags: int = 60,
        block: int = 300,
        rows: int = 8000,
        components: int = 48,
        penalties: tuple[float, ...] = (1e-10, 1e-7, 1e-4, 1e-2, 1.0),
    ) -> None:
        self.lags = lags
        self.block = block
        self.rows = rows
        self.components = components
        self.penalties = penalties

    def fit(self, train: Tensor, task) -> None:
        """Fit on train, [trajectory, time, *state]."""
        self.coordinates = Coordinates(train, task, most=self.components)
        z = torch.stack([self.coordinates.encode(states) for states in train])
        self.used = max(1, min(self.lags, task.context, z.shape[1] // 2))
        self.ahead = max(1, min(self.block, task.horizon, z.shape[1] - self.used))
        fitting, held_out = split(z, self.used + self.ahead)
        rest = z[:0] if held_out is fitting else held_out
        parts = [
            self._choose(*(part[..., place : place + 1] for part in (fitting, held_out, rest)))
            for place in range(self.coordinates.rank)
        ]
        self.weights = torch.stack(parts)

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """All leads at once: [batch, time, *state] -> [batch, horizon, *state]."""
        weights = fitted(self.weights, self)
        z = self.coordinates.encode(context[:, -self.used :])
        path = self._free_run(z, horizon, weights=weights)
        return self.coordinates.decode(self.coordinates.bound(path)).to(context.dtype)

    def _choose(self, fitting: Tensor, held_out: Tensor, rest: Tensor) -> Tensor:
        """The weights [lag + 1, lead] of one component, from its series [trajectory, time, 1]."""
        return choose_ridge(
            self._moments(fitting),
            self._moments(rest),
            self.penalties,
            lambda weights: free_run_error(
                partial(self._free_run, weights=weights[None]), held_out, self.used, self.ahead
            ),
        )[0]

    def _moments(self, z: Tensor) -> Moments:
        moments = Moments()
        if len(z):
            past, following = blocks(z, self.used, self.ahead, self.rows)
            moments.add(_with_one(past[..., 0]), following[..., 0])
        return moments

    def _free_run(self, z: Tensor, horizon: int, weights: Tensor) -> Tensor:
        def following(past: Tensor) -> Tensor:
            bounds = (self.coordinates.low.min() * 2 - 1, self.coordinates.high.max() * 2 + 1)
            return torch.einsum("bki,ikh->bhi", _with_one(past.transpose(1, 2)).transpose(1, 2), weights).clamp(*bounds)

        return repeat_blocks(z, horizon, following)


def _with_one(past: Tensor) -> Tensor:
    """[..., lag] -> [..., lag + 1]."""
    return torch.cat([past, torch.ones_like(past[..., :1])], dim=-1)
