"""States and their recent past: what one-step and blockwise maps are fitted on, and how they are rolled out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from dynarena.errors import UsageError
from dynarena.evaluation.coordinates import Coordinates
from dynarena.schema.task import Task

T = TypeVar("T")


class Windows:
    """z[t+1] = z[t] + f(z[t-k+1] … z[t]):  coordinates of a task's states, and windows of k of them.

    k (`used`) is `delays`, or less where the context or the train trajectories are shorter. z [trajectory, time, rank]
    are the `Coordinates` of train; `fitting` and `held_out` are four fifths of the trajectories and the others, or the
    two parts in time of a single one.
    """

    def __init__(self, train: Tensor, task: Task, delays: int, *, most: int = 64) -> None:
        self.coordinates = Coordinates(train, task, most=most)
        self.z = torch.stack([self.coordinates.encode(states) for states in train])
        self.used = max(1, min(delays, task.context, self.z.shape[1] // 2))
        self.fitting, self.held_out = split(self.z, self.used + 1)
        self.ahead = max(1, min(task.horizon, self.held_out.shape[1] - self.used))

    def rows(self, z: Tensor, most: int) -> tuple[Tensor, Tensor]:
        """Windows [row, k, rank] and the increments that follow [row, rank]: at most `most`, evenly spaced."""
        past, following = blocks(z, self.used, 1, most)
        return past, following[:, 0] - past[:, -1]

    def roll(self, recent: Tensor, horizon: int, increment: Callable[[Tensor], Tensor]) -> Tensor:
        """Free run of `horizon` steps after recent [batch, time, rank], each within the range of train, widened."""
        recent, path = recent[:, -self.used :], []
        for _ in range(horizon):
            following = self.coordinates.bound(recent[:, -1] + increment(recent))
            recent = torch.cat([recent[:, 1:], following[:, None]], dim=1)
            path.append(following)
        return torch.stack(path, dim=1)

    def forecast(self, context: Tensor, horizon: int, increment: Callable[[Tensor], Tensor]) -> Tensor:
        """The same in physical units: [batch, time, *state] -> [batch, horizon, *state]."""
        z = self.coordinates.encode(context[:, -self.used :])
        return self.coordinates.decode(self.roll(z, horizon, increment)).to(context.dtype)


def split(z: Tensor, shortest: int) -> tuple[Tensor, Tensor]:
    """Four fifths of the trajectories of z [trajectory, time, rank] and the rest; of a single one, of its time.

    Both are the whole of a single trajectory where a fifth of it has fewer than two windows of `shortest` points.
    """
    if len(z) > 1:
        kept = max(1, len(z) * 4 // 5)
        return z[:kept], z[kept:]
    kept = z.shape[1] * 4 // 5
    if z.shape[1] - kept < shortest + 1:
        return z, z
    return z[:, :kept], z[:, kept:]


def blocks(z: Tensor, past: int, future: int, most: int) -> tuple[Tensor, Tensor]:
    """Cuts of z [trajectory, time, rank]: [row, past, rank] and what follows, [row, future, rank].

    There are at most `most` rows, evenly spaced over all trajectories.
    """
    windows = z.unfold(1, past + future, 1)
    total = windows.shape[0] * windows.shape[1]
    place = torch.linspace(0, total - 1, min(most, total), dtype=torch.float64).round().long()
    chosen = windows[place // windows.shape[1], place % windows.shape[1]].transpose(1, 2)
    return chosen[:, :past], chosen[:, past:]


def repeat_blocks(past: Tensor, horizon: int, following: Callable[[Tensor], Tensor]) -> Tensor:
    """`horizon` steps after past [batch, k, rank], block after block, each from the k states before it."""
    used, path = past.shape[1], past
    while path.shape[1] < used + horizon:
        path = torch.cat([path, following(path[:, -used:])], dim=1)
    return path[:, used : used + horizon]


def fitted(part: T | None, model: object) -> T:
    """What `fit` has learned; UsageError where it was never called."""
    if part is None:
        raise UsageError(
            "nothing was learned",
            where=type(model).__name__,
            expected="fit(train, task) before a forecast",
            got="a task without a train split",
            fix="choose a benchmark that fits, or a model that needs no fit, as context_parroting",
        )
    return part
