"""One linear layer from the window to the horizon, on differences from the last value."""

from functools import partial

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error
from dynarena.evaluation.windows import blocks, fitted, repeat_blocks, split


class NLinear(Forecaster):
    """z_i[T+h] = z_i[T] + Σ_j W[h, j] (z_i[T-j] - z_i[T]) + b[h],  h = 1 … H: the same W for every component i.

    Zeng's layer is linear and its loss quadratic, so the minimum that Adam seeks is found in closed form, by ridge
    regression on at most `rows` windows of train. H is the horizon, or less where it is longer than `block` or than
    train allows; later blocks follow from the forecast itself. z are standardised components, or the leading principal
    components of a field or frame, and stay within their range in train, a quarter wider on either side. The ridge
    penalty is the one of `penalties` with the best free runs on held-out train trajectories.
    """

    name = "nlinear"
    authors = "The dynarena developers"
    paper = "Zeng et al. (2023), AAAI 37, 11121; Toner & Darlow (2024), ICML, arXiv:2403.14587"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 30
    search = {"lags": [30, 60, 120], "block": [30, 100, 300]}

    weights: Tensor | None = None

    def __init__(
        self,
        lags: int = 120,
        block: int = 30,
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
        self.weights, _ = choose_ridge(
            self._moments(fitting),
            self._moments(z[:0] if held_out is fitting else held_out),
            self.penalties,
            lambda weights: free_run_error(partial(self._free_run, weights=weights), held_out, self.used, self.ahead),
        )

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """All leads at once: [batch, time, *state] -> [batch, horizon, *state]."""
        weights = fitted(self.weights, self)
        z = self.coordinates.encode(context[:, -self.used :])
        return self.coordinates.decode(self._free_run(z, horizon, weights=weights)).to(context.dtype)

    def _moments(self, z: Tensor) -> Moments:
        moments = Moments()
        if len(z):
            past, following = blocks(z, self.used, self.ahead, max(1, self.rows // z.shape[2]))
            last = past[:, -1:]
            moments.add(self._features(past), (following - last).transpose(1, 2))
        return moments

    def _features(self, past: Tensor) -> Tensor:
        """[row, lag, rank] -> [row, rank, lag]: differences from the last value, and one."""
        differences = (past[:, :-1] - past[:, -1:]).transpose(1, 2)
        return torch.cat([differences, torch.ones_like(past[:, -1, :, None])], dim=-1)

    def _free_run(self, z: Tensor, horizon: int, weights: Tensor) -> Tensor:
        def following(past: Tensor) -> Tensor:
            steps = (self._features(past) @ weights).transpose(1, 2)
            return self.coordinates.bound(past[:, -1:] + steps)

        return repeat_blocks(z, horizon, following)
