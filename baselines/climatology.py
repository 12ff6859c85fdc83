"""Always the mean of the train split: what a forecast without any skill says."""

import torch
from torch import Tensor

from dynarena import Forecaster


class Climatology(Forecaster):
    """u[T+h] = mean of the train split, one number a channel, everywhere and always."""

    name = "climatology"
    authors = "The dynarena developers"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    cpu_budget_s = 1

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """The mean in every place: [batch, time, *state] -> [batch, horizon, *state]."""
        batch, _, channels, *space = context.shape
        mean = torch.tensor(self.task.mean, dtype=context.dtype).reshape(channels, *[1] * len(space))
        return mean.expand(batch, horizon, channels, *space).clone()
