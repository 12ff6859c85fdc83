"""The field goes on at its last speed."""

import torch
from torch import Tensor

from dynarena import Forecaster


class LinearExtrapolation(Forecaster):
    """u[T+h] = u[T] + h (u[T] - u[T-1]), clamped to the range of each channel in train, a quarter wider on either side.

    The line through the last two states, where `drift` takes the first and the last: its first step errs by
    dt² u'' alone, and the bound ends what would grow for ever. A context of one state has no speed and persists.
    """

    name = "linear_extrapolation"
    authors = "The dynarena developers"
    paper = "Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 5.2"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde", "video"]}
    cpu_budget_s = 1

    def fit(self, train: Tensor, task) -> None:
        """The range of each channel in train, [trajectory, time, *state]."""
        channels = train.transpose(0, 2).flatten(1)
        low, high = channels.amin(1), channels.amax(1)
        margin = (high - low) / 4
        shape = [-1, *[1] * (train.dim() - 3)]
        self.low, self.high = (low - margin).reshape(shape), (high + margin).reshape(shape)

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Extrapolate the line: [batch, time, *state] -> [batch, horizon, *state]."""
        last = context[:, -1:]
        speed = last - context[:, -2:-1] if context.shape[1] > 1 else torch.zeros_like(last)
        ahead = torch.arange(1, horizon + 1, dtype=context.dtype, device=context.device)
        path = last + ahead.reshape(1, horizon, *[1] * (context.dim() - 2)) * speed
        bounded = path.clamp(self.low, self.high)
        return bounded.clamp(0, 1) if self.task.kind == "video" else bounded
