"""The state goes on at its mean speed over the context."""

import torch
from torch import Tensor

from dynarena import Forecaster


class Drift(Forecaster):
    """u[T+h] = u[T] + h (u[T] - u[1]) / (T - 1), the line through the context's first and last state.

    Frames are clipped to [0, 1]. A context of one state has no slope and persists.
    """

    name = "drift"
    authors = "The dynarena developers"
    paper = "Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 5.2"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    cpu_budget_s = 1

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Extrapolate the line: [batch, time, *state] -> [batch, horizon, *state]."""
        first, last = context[:, :1], context[:, -1:]
        slope = (last - first) / max(context.shape[1] - 1, 1)
        ahead = torch.arange(1, horizon + 1, dtype=context.dtype).reshape(1, horizon, *[1] * (context.dim() - 2))
        path = last + ahead * slope
        return path.clamp(0, 1) if self.task.kind == "video" else path
