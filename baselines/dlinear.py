"""Two linear layers from the window to the horizon: one for its trend, one for what remains."""

from functools import partial

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error
from dynarena.evaluation.windows import blocks, fitted, repeat_blocks, split


class DLinear(Forecaster):
    """z_i[T+h] = Σ_j A[h, j] m_i[T-j] + Σ_j B[h, j] (z_i[T-j] - m_i[T-j]) + c[h],  h = 1 … H,  the same A, B for all i.

    m is the moving average of the window over `kernel` points, its ends repeated: Zeng's trend. The layers are linear
    and the loss is quadratic, so the minimum that Adam seeks is found in closed form, by ridge regression on at most
    `rows` windows of train. H is the horizon, or less where it is longer than `block` or than train allows; later
    blocks follow from the forecast itself. z are standardised components, or the leading principal components of a
    field or frame, and stay within their range in train, a quarter wider on either side. The ridge penalty is the one
    of `penalties` with the best free runs on held-out train trajectories.
    """

    name = "dlinear"
    authors = "The dynarena developers"
    paper = "Zeng et al. (2023), AAAI 37, 11121; Toner & Darlow (2024), ICML, arXiv:2403.14587"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 30
    search = {"lags": [30, 60, 120], "block": [30, 100, 300], "kernel": [7, 25]}

    weights: Tensor | None = None

    def __init__(
        self,
        lags: int = 120,
        block: int = 30,
        kernel: int = 25,
        rows: int = 8000,
        components: int = 48,
        penalties: tuple[float, ...] = (1e-10, 1e-7, 1e-4, 1e-2, 1.0),
    ) -> None:
        self.lags = lags
        self.block = block
        self.kernel = kernel
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

    def trend(self, past: Tensor) -> Tensor:
        """The moving average of windows [..., lag], of the same length: the ends are repeated."""
        half = (self.kernel - 1) // 2
        first, last = past[..., :1], past[..., -1:]
        padded = torch.cat([first.expand(*first.shape[:-1], half), past, last.expand(*last.shape[:-1], half)], dim=-1)
        return padded.unfold(-1, 2 * half + 1, 1).mean(-1)

    def _moments(self, z: Tensor) -> Moments:
        moments = Moments()
        if len(z):
            past, following = blocks(z, self.used, self.ahead, max(1, self.rows // z.shape[2]))
            moments.add(self._features(past), following.transpose(1, 2))
        return moments

    def _features(self, past: Tensor) -> Tensor:
        """[row, lag, rank] -> [row, rank, 2 lag + 1]: trend, remainder and one."""
        series = past.transpose(1, 2)
        trend = self.trend(series)
        return torch.cat([trend, series - trend, torch.ones_like(series[..., :1])], dim=-1)

    def _free_run(self, z: Tensor, horizon: int, weights: Tensor) -> Tensor:
        def following(past: Tensor) -> Tensor:
            return self.coordinates.bound((self._features(past) @ weights).transpose(1, 2))

        return repeat_blocks(z, horizon, following)
