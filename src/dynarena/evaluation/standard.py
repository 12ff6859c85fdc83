"""Numbers of one size: deviations from the mean in units of the deviation; of angles, cosine and sine."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dynarena.schema.task import Task


class Standard:
    """(u - mean) / std for each number of a flattened state; a point's angles follow as all cosines, then all sines.

    Decoding gives the angle of the pair (cosine, sine), in (-pi, pi], whatever the pair's length. `mean` and `std` are
    the task's, one a channel; std is 1 where a channel never varies.
    """

    def __init__(self, task: Task, *, dtype: torch.dtype = torch.float64, device: torch.device | None = None) -> None:
        per_channel = math.prod(task.shape) // len(task.mean)
        self.mean = torch.tensor(task.mean, dtype=dtype, device=device).repeat_interleave(per_channel)
        self.std = safe_std(task).to(device=device, dtype=dtype).repeat_interleave(per_channel)
        angles = {place for place, channel in enumerate(task.channels) if channel.angle and task.kind == "chaos"}
        self.turning = sorted(angles)
        self.plain = [place for place in range(len(self.mean)) if place not in angles]

    @property
    def size(self) -> int:
        """The length of an encoded state."""
        return len(self.mean) + len(self.turning)

    def encode(self, states: Tensor) -> Tensor:
        """[..., number] in physical units -> [..., size]."""
        standard: Tensor = (states - self.mean) / self.std
        if not self.turning:
            return standard
        angle = states[..., self.turning]
        return torch.cat([standard[..., self.plain], angle.cos(), angle.sin()], dim=-1)

    def decode(self, z: Tensor) -> Tensor:
        """[..., size] -> [..., number] in physical units."""
        if not self.turning:
            return z * self.std + self.mean
        n, kept = len(self.turning), len(self.plain)
        states = z.new_empty(*z.shape[:-1], len(self.mean))
        states[..., self.plain] = z[..., :kept] * self.std[self.plain] + self.mean[self.plain]
        states[..., self.turning] = torch.atan2(z[..., kept + n :], z[..., kept : kept + n])
        return states


def safe_std(task: Task) -> Tensor:
    """The task's std, one a channel, float64; 1 where a channel never varies."""
    std = torch.tensor(task.std, dtype=torch.float64)
    return torch.where(std > 0, std, torch.ones_like(std))
