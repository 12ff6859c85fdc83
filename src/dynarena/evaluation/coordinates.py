"""Few coordinates for any state: a point, a field or a frame."""

from __future__ import annotations

import torch
from torch import Tensor

from dynarena.evaluation.standard import Standard
from dynarena.schema.task import Task


class Coordinates:
    """z = Vᵀ (u - mean) / std: standardised components of a small state, leading principal components of a large one.

    `mean` and `std` are the task's, one a channel; a point's angle gives its cosine and sine. V holds the leading right
    singular vectors of the standardised train states, at most `most` of them; a state of at most `most` numbers keeps
    its own axes (V = 1). Works in float64.

    train   [trajectory, time, *state]; principal components are taken over at most `sample` evenly spaced states
    low, high   [rank], the range of z over train
    """

    def __init__(self, train: Tensor, task: Task, *, most: int = 64, sample: int = 1500) -> None:
        self.shape = train.shape[2:]
        self.frames = task.kind == "video"
        self.standard = Standard(task, device=train.device)
        self.axes: Tensor | None = None
        if self.standard.size > most:
            stride = -(-len(train) * train.shape[1] // sample)
            self.axes = _principal_axes(self._standardise(train.flatten(0, 1)[::stride]), most)
        seen = [self.encode(states) for states in train]
        self.low = torch.stack([z.amin(0) for z in seen]).amin(0)
        self.high = torch.stack([z.amax(0) for z in seen]).amax(0)

    @property
    def rank(self) -> int:
        """The number of coordinates."""
        return self.low.numel()

    def encode(self, states: Tensor) -> Tensor:
        """[..., *state] in physical units -> [..., rank]."""
        flat = self._standardise(states)
        return flat if self.axes is None else flat @ self.axes

    def decode(self, z: Tensor) -> Tensor:
        """[..., rank] -> [..., *state] in physical units; frames are clipped to [0, 1]."""
        flat = z if self.axes is None else z @ self.axes.T
        states: Tensor = self.standard.decode(flat).reshape(*z.shape[:-1], *self.shape)
        return states.clamp(0, 1) if self.frames else states

    def bound(self, z: Tensor) -> Tensor:
        """z clamped to the range seen in train, a quarter wider on either side, so that a roll-out stays finite."""
        margin = (self.high - self.low) / 4
        return torch.minimum(torch.maximum(z, self.low - margin), self.high + margin)

    def _standardise(self, states: Tensor) -> Tensor:
        return self.standard.encode(states.to(torch.float64).flatten(-len(self.shape)))


def _principal_axes(states: Tensor, most: int) -> Tensor:
    """Orthonormal [size, rank]: by the smaller of the two Gram matrices of `states` [n, size]."""
    if len(states) >= states.shape[1]:
        by_size: Tensor = torch.linalg.eigh(states.T @ states).eigenvectors
        return by_size[:, -most:].flip(1)
    values, vectors = torch.linalg.eigh(states @ states.T)
    kept = values[-most:] > values[-1] * 1e-12
    axes: Tensor = states.T @ vectors[:, -most:][:, kept] / values[-most:][kept].sqrt()
    return axes.flip(1)
