"""Networks that learn the next step: the loop that gradient-trained models share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from dynarena.evaluation.forecaster import Forecaster
from dynarena.evaluation.ridge import free_run_error
from dynarena.evaluation.standard import Standard, safe_std
from dynarena.schema.task import Task

CHECKS = 8


class Learned(Forecaster):
    """z[t+1] = z[t] + s N(z[t-k+1 … t], m),  z standardised, s the root mean square step of train, m a memory.

    Of a point's angles z holds cosine and sine.

    A subclass builds `network(shape)`: a module that maps the last k states [batch, k, *state] and its memory (None at
    first) to the increment in units of s, [batch, *state], and the new memory. A `recurrent` network reads the whole
    context before it forecasts (in training at most `warm_up` states); any other sees the last k = `history[kind]`.
    Where a state has two axes, its 2 x 2 blocks are folded into channels, which makes a network four times cheaper.

    Adam makes `steps` gradient steps on `batch` windows of train (half as many where a state has two axes); never the
    clock ends them. The first half predicts one step ahead, the second half free runs growing to `unroll` steps. An
    error counts in units of s, so persistence costs 1. Of the weights at eight moments those are kept whose free runs
    are best on a tenth of the trajectories, held out. States are clamped to the range of train, a quarter wider on
    either side, so that every roll-out is finite.
    """

    recurrent: ClassVar[bool] = False
    warm_up: ClassVar[int] = 20
    history: ClassVar[Mapping[str, int]] = {"chaos": 1, "pde": 1, "video": 3}

    def __init__(self, steps: int, batch: int, lr: float, unroll: int) -> None:
        self.steps = steps
        self.batch = batch
        self.lr = lr
        self.unroll = unroll

    @abstractmethod
    def network(self, shape: torch.Size) -> nn.Module:
        """The module to be trained, for encoded states of this shape; `self.task` and `self.seen` (k) are set."""

    def prepare(self, train: Tensor, task: Task) -> None:
        """Learn what `encode` and `decode` need; here mean and std, one a channel, and whether the grid folds."""
        _, *space = task.shape
        self.fold = 2 if len(space) == 2 and not any(points % 2 for points in space) else 1
        shape = [len(task.mean), *[1] * len(space)]
        self.standard = Standard(task, dtype=train.dtype, device=train.device)
        self.mean = torch.tensor(task.mean).to(train).reshape(shape)
        self.std = safe_std(task).to(train).reshape(shape)

    def encode(self, states: Tensor) -> Tensor:
        """Physical states [..., *state] to what the network sees, [..., channel, *space]."""
        if self.standard.turning:
            return self.standard.encode(states)
        z = (states - self.mean) / self.std
        return nn.functional.pixel_unshuffle(z, 2) if self.fold == 2 else z

    def decode(self, z: Tensor) -> Tensor:
        """Back to physical states; frames are clipped to [0, 1]."""
        if self.standard.turning:
            return self.standard.decode(z)
        unfolded = nn.functional.pixel_shuffle(z, 2) if self.fold == 2 else z
        states = unfolded * self.std + self.mean
        return states.clamp(0, 1) if self.task.kind == "video" else states

    def optimiser(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """What makes the gradient steps; its rate rises and falls once."""
        return torch.optim.Adam(parameters, lr=self.lr)

    def fit(self, train: Tensor, task: Task) -> None:  # type: ignore[override]
        """Train on train, [trajectory, time, *state]."""
        self.prepare(train, task)
        z = torch.stack([self.encode(states) for states in train])
        self._measure(z)
        self.seen = min(self.history[task.kind], task.context, z.shape[1] - 1)
        self.module = self.network(z.shape[2:])
        if z.dtype == torch.float64:
            self.module.double()
        self.module.to(z.device)
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
        """Mean square error, in units of s, over the last `ahead` states of windows [batch, time, *state]."""
        predicted = self.roll(windows[:, :-ahead], ahead)
        return ((predicted - windows[:, -predicted.shape[1] :]) / self.step_size).square().mean()

    def _measure(self, z: Tensor) -> None:
        """The mean square step and the range of each channel, one trajectory at a time."""
        space = (0, *range(2, z.dim() - 1))
        steps = torch.stack([states.diff(dim=0).square().mean(space) for states in z]).mean(0).sqrt()
        low, high = (torch.stack([edge(states, space) for states in z]) for edge in (torch.amin, torch.amax))
        low, high = low.amin(0), high.amax(0)
        margin = (high - low) / 4
        shape = [z.shape[2], *[1] * (z.dim() - 3)]
        self.step_size, self.low, self.high = (
            values.reshape(shape) for values in (steps.clamp(min=1e-6), low - margin, high + margin)
        )

    def _descend(self, z: Tensor) -> None:
        kept = max(1, len(z) * 9 // 10)
        held_out = z[kept:] if kept < len(z) else z
        parameters = list(self.module.parameters())
        optimiser = self.optimiser(parameters)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.lr, total_steps=self.steps + 1, pct_start=0.15)
        given = min(self.task.context, self.warm_up, z.shape[1] - 1) if self.recurrent else self.seen
        batch = self.batch if z.dim() < 5 else max(1, self.batch // 2)
        best, least = [weights.detach().clone() for weights in parameters], float("inf")
        for step in range(self.steps):
            ahead = min(self._ahead(step), z.shape[1] - given)
            optimiser.zero_grad()
            self.loss(random_windows(z[:kept], given + ahead, batch), ahead).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            schedule.step()
            if (step + 1) % max(1, self.steps // CHECKS) == 0:
                error = self._held_out_error(held_out)
                if error < least:
                    best, least = [weights.detach().clone() for weights in parameters], error
        with torch.no_grad():
            for weights, kept_weights in zip(parameters, best, strict=True):
                weights.copy_(kept_weights)

    def _held_out_error(self, z: Tensor) -> float:
        given = min(self.task.context, z.shape[1] - 1)
        ahead = min(self.task.horizon, z.shape[1] - given)

        def run(context: Tensor, horizon: int) -> Tensor:
            states = context.reshape(*context.shape[:2], *z.shape[2:])
            return self.roll(states, horizon)[:, -horizon:].flatten(2)

        with torch.no_grad():
            return free_run_error(run, z.flatten(2), given, ahead, starts=8)

    def _ahead(self, step: int) -> int:
        """1 in the first half of the training, then in equal parts 1, 2, … `unroll`."""
        late = max(0.0, 2 * step / self.steps - 1)
        return 1 + int(late * self.unroll)


def random_windows(states: Tensor, length: int, batch: int) -> Tensor:
    """[batch, length, *state] cut from [trajectory, time, *state] at random places, by torch's seeded generator."""
    trajectory = torch.randint(len(states), (batch,)).tolist()
    start = torch.randint(states.shape[1] - length + 1, (batch,)).tolist()
    return torch.stack([states[i, s : s + length] for i, s in zip(trajectory, start, strict=True)])
