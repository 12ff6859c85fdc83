"""Everywhere what the nearest sensor reads."""

import torch
from torch import Tensor

from dynarena import Reconstructor
from dynarena.evaluation.reconstructor import wrapped


class NearestSensor(Reconstructor):
    """u(x) = y of the sensor nearest to x at the last time seen, and so for all times after it."""

    name = "nearest_sensor"
    authors = "The dynarena developers"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    cpu_budget_s = 1

    def reconstruct(self, readings: Tensor, sensors: Tensor, query: Tensor) -> Tensor:
        """[batch, horizon, field, point]."""
        rows = []
        for last, places, points in zip(readings[:, -1], sensors, query, strict=True):
            apart = wrapped(points[:, None] - places[None], self.task).square().sum(dim=2)
            rows.append(last[:, apart.argmin(dim=1)])
        return torch.stack(rows)[:, None].repeat_interleave(self.task.horizon, dim=1)
