"""Shepard's interpolation: what the nearest sensors read, weighted by their inverse distance."""

import torch
from torch import Tensor

from dynarena import Reconstructor
from dynarena.evaluation.reconstructor import wrapped

TOUCHING = 1e-12


class InverseDistance(Reconstructor):
    """u(x) = sum_i w_i y_i / sum_i w_i,  w_i = |x - x_i|^-p over the k nearest sensors, at the last time seen.

    At a sensor it is what that one reads. All times after the last one seen are like it.
    """

    name = "inverse_distance"
    authors = "The dynarena developers"
    paper = "Shepard (1968), Proc. 23rd ACM National Conference, 517"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    cpu_budget_s = 2

    def __init__(self, power: float = 3.0, nearest: int = 8) -> None:
        self.power = power
        self.nearest = nearest

    def reconstruct(self, readings: Tensor, sensors: Tensor, query: Tensor) -> Tensor:
        """[batch, horizon, field, point]."""
        rows = []
        for last, places, points in zip(readings[:, -1], sensors, query, strict=True):
            apart = wrapped(points[:, None] - places[None], self.task).double().square().sum(dim=2).sqrt()
            near, which = apart.topk(min(self.nearest, len(places)), dim=1, largest=False)
            scale = near[:, -1:].clamp(min=TOUCHING)
            weights = (near / scale).clamp(min=TOUCHING) ** -self.power
            values = last[:, which].double()
            rows.append((values * weights).sum(dim=2) / weights.sum(dim=1))
        return torch.stack(rows)[:, None].repeat_interleave(self.task.horizon, dim=1).to(readings.dtype)
