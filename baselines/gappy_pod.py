"""Gappy POD: the most likely combination of train's modes, given what the sensors read."""

import torch
from torch import Tensor

from dynarena import Reconstructor, Task
from dynarena.evaluation.principal import Principal
from dynarena.evaluation.reconstructor import nearest_points


class GappyPod(Reconstructor):
    """u = m + V a,  a = argmin |y - P (m + V a)|² / n² + sum_k a_k² / s_k²,  V the leading modes of train.

    P picks the sensors, s_k is the deviation of mode k over train, n what the modes left out deviate by at a point.
    Fields count in train stds. All times after the last one seen are like it.
    """

    name = "gappy_pod"
    authors = "The dynarena developers"
    paper = "Everson & Sirovich (1995), J. Opt. Soc. Am. A 12, 1657; Willcox (2006), Comput. Fluids 35, 208"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    cpu_budget_s = 10

    def __init__(self, modes: int = 64, snapshots: int = 1000) -> None:
        self.modes = modes
        self.snapshots = snapshots

    def fit(self, train: Tensor, task: Task) -> None:
        """Modes of at most `snapshots` states of train [trajectory, time, field, *space], evenly spaced."""
        states = train.flatten(0, 1)
        chosen = torch.linspace(0, len(states) - 1, min(self.snapshots, len(states))).round().long()
        flat = (states[chosen].double().flatten(2) / self._units(task)).flatten(1)
        self.basis = Principal(flat, self.modes)
        rest = flat - self.basis.decode(self.basis.encode(flat))
        self.noise = max(float(rest.square().mean().sqrt()), 1e-6)

    def reconstruct(self, readings: Tensor, sensors: Tensor, query: Tensor) -> Tensor:
        """[batch, horizon, field, point]."""
        fields, points = len(self.task.mean), self.basis.mean.numel() // len(self.task.mean)
        modes = self.basis.basis.reshape(-1, fields, points)
        mean, prior = self.basis.mean.reshape(fields, points), torch.diag(self.basis.spread**-2)
        rows = []
        seen, asked = nearest_points(sensors, self.task), nearest_points(query, self.task)
        for last, at, wanted in zip(readings[:, -1].double() / self._units(self.task), seen, asked, strict=True):
            picked = modes[:, :, at].flatten(1) / self.noise
            apart = ((last - mean[:, at]) / self.noise).flatten()
            weights = torch.linalg.solve(picked @ picked.T + prior, picked @ apart)
            rows.append(mean[:, wanted] + torch.tensordot(weights, modes[:, :, wanted], dims=1))
        found = torch.stack(rows) * self._units(self.task)
        return found[:, None].repeat_interleave(self.task.horizon, dim=1).to(readings.dtype)

    @staticmethod
    def _units(task: Task) -> Tensor:
        """The std of each field, [field, 1]."""
        return torch.tensor(task.std, dtype=torch.float64)[:, None]
