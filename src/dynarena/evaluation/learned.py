"""Networks that learn the next step: the loop that gradient-trained models share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from dynarena.evaluation.coordinates import safe_std
from dynarena.evaluation.forecaster import Forecaster
from dynarena.schema.task import Task


class Learned(Forecaster):
    """z[t+1] = z[t] + s N(z[t-k+1 … t], m),  z standardised, s the root mean square step of train, m a memory.

    A subclass builds `network(task)`: a module that maps the last k states [batch, k, *state] and its memory (None at
    first) to the increment in units of s, [batch, *state], and the new memory. A `recurrent` network reads the whole
    context before it forecasts; any other sees only the last k = `history[kind]` states.

    Adam makes `steps` gradient steps on windows of train, never the clock ends them: the first half predicts one step
    ahead, the second half free runs growing to `unroll` steps. An error counts in units of s, so persistence costs 1.
    States are clamped to the range of train, a quarter wider on either side, so that every roll-out is finite.
    """

    recurrent: ClassVar[bool] = False
    history: ClassVar[Mapping[str, int]] = {"chaos": 1, "pde": 1, "video": 3}

    def __init__(self, steps: int = 400, batch: int = 16, lr: float = 3e-3, unroll: int = 4) -> None:
        self.steps = steps
        self.batch = batch
        self.lr = lr
        self.unroll = unroll

    @abstractmethod
    def network(self, task: Task) -> nn.Module:
        """The module to be trained."""

    def prepare(self, train: Tensor, task: Task) -> None:
        """Learn what `encode` and `decode` need; here mean and std, one a channel."""
        shape = [len(task.mean), *[1] * (train.dim() - 3)]
        self.mean = torch.tensor(task.mean, dtype=train.dtype).reshape(shape)
        self.std = safe_std(task).to(train.dtype).reshape(shape)

    def encode(self, states: Tensor) -> Tensor:
        """Physical states [..., *state] to what the network sees."""
        return (states - self.mean) / self.std

    def decode(self, z: Tensor) -> Tensor:
        """Back to physical states; frames are clipped to [0, 1]."""
        states = z * self.std + self.mean
        return states.clamp(0, 1) if self.task.kind == "video" else states

    def fit(self, train: Tensor, task: Task) -> None:
        """Train on train, [trajectory, time, *state]."""
        self.prepare(train, task)
        z = self.encode(train)
        space = (0, 1, *range(3, z.dim()))
        shape = [z.shape[2], *[1] * (z.dim() - 3)]
        self.step_size = z.diff(dim=1).square().mean(space).sqrt().clamp(min=1e-6).reshape(shape)
        low, high = z.amin(space).reshape(shape), z.amax(space).reshape(shape)
        self.low, self.high = low - (high - low) / 4, high + (high - low) / 4
        self.seen = min(self.history[task.kind], task.context, z.shape[1] - 1)
        self.module = self.network(task)
        if train.dtype == torch.float64:
            self.module.double()
        self._descend(z)

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Roll out: [batch, time, *state] -> [batch, horizon, *state]."""
        with torch.no_grad():
            return self.decode(self.roll(self.encode(context), horizon)[:, -horizon:])

    def roll(self, context: Tensor, horizon: int) -> Tensor:
        """The forecast of `horizon` states, after a recurrent network's one-step predictions within the context."""
        states, path, memory = list(context.unbind(1)), [], None
        first = self.seen if self.recurrent else len(states)
        for t in range(first, context.shape[1] + horizon):
            increment, memory = self.module(torch.stack(states[t - self.seen : t], dim=1), memory)
            path.append((states[t - 1] + self.step_size * increment).clamp(self.low, self.high))
            if t == len(states):
                states.append(path[-1])
        return torch.stack(path, dim=1)

    def loss(self, windows: Tensor, ahead: int) -> Tensor:
        """Mean square error, in units of s, of roll-outs over the last `ahead` states of windows [batch, time, *state]."""
        predicted = self.roll(windows[:, :-ahead], ahead)
        return ((predicted - windows[:, -predicted.shape[1] :]) / self.step_size).square().mean()

    def _descend(self, z: Tensor) -> None:
        parameters = list(self.module.parameters())
        optimiser = torch.optim.Adam(parameters, lr=self.lr)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.lr, total_steps=self.steps + 1, pct_start=0.15)
        given = min(self.task.context, z.shape[1] - 1) if self.recurrent else self.seen
        for step in range(self.steps):
            late = max(0.0, 2 * step / self.steps - 1)
            ahead = min(1 + int(late * self.unroll), z.shape[1] - given)
            optimiser.zero_grad()
            self.loss(random_windows(z, given + ahead, self.batch), ahead).backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            schedule.step()


def random_windows(states: Tensor, length: int, batch: int) -> Tensor:
    """[batch, length, *state] cut from [trajectory, time, *state] at random places, by torch's seeded generator."""
    trajectory = torch.randint(len(states), (batch,)).tolist()
    start = torch.randint(states.shape[1] - length + 1, (batch,)).tolist()
    return torch.stack([states[i, s : s + length] for i, s in zip(trajectory, start, strict=True)])
