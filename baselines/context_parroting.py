"""The context, repeated from where it was most like its end."""

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.standard import Standard


class ContextParroting(Forecaster):
    """u[T+h] = u[s+h],  s < T the end of the motif of D states in the context that is nearest to the last D.

    What was copied is copied on where s + h passes T, so the forecast has the period T - s, and a periodic series is
    continued exactly once a period has been seen. The distance is Euclidean in standardised components. D is `motif`,
    or half of the context where that is less. Nothing is fitted: the context is all that it knows.
    """

    name = "context_parroting"
    authors = "The dynarena developers"
    paper = "Zhang & Gilpin (2025), Context parroting, arXiv:2505.11349"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 5
    search = {"motif": [2, 3, 5, 8, 12, 20]}

    def __init__(self, motif: int = 3) -> None:
        self.motif = motif

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Copy what followed: [batch, time, *state] -> [batch, horizon, *state]."""
        points = context.shape[1]
        length = max(1, min(self.motif, points // 2))
        period = self._periods(context, length)
        ahead = torch.arange(horizon, device=context.device) % period[:, None]
        rows = torch.arange(len(context), device=context.device)[:, None]
        return context[rows, points - period[:, None] + ahead]

    def _periods(self, context: Tensor, length: int) -> Tensor:
        """T - s of each trajectory, [batch]; 1 where the context is a single state."""
        batch, points = context.shape[:2]
        if points <= length:
            return torch.ones(batch, dtype=torch.long, device=context.device)
        z = Standard(self.task, device=context.device).encode(context.to(torch.float64).flatten(2))
        distance = z.new_zeros(batch, points - length)
        for lag in range(length):
            end = points - length
            distance += (z[:, lag : lag + end] - z[:, end + lag : end + lag + 1]).square().sum(-1)
        return points - length - distance.argmin(dim=1)
