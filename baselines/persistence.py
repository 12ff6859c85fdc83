"""The state stays as it was last seen."""

from torch import Tensor

from dynarena import Forecaster


class Persistence(Forecaster):
    """u[T+h] = u[T]."""

    name = "persistence"
    authors = "The dynarena developers"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    cpu_budget_s = 1

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Repeat the last state: [batch, time, *state] -> [batch, horizon, *state]."""
        return context[:, -1:].repeat_interleave(horizon, dim=1)
