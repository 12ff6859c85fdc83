"""The adapter that most models need: fit on one tensor, forecast from a context."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from dynarena.evaluation.batch import Batch
from dynarena.evaluation.model import Model, Train
from dynarena.schema.task import Task


class Forecaster(Model):
    """A model of one task: `fit(train, task)` and `forecast(context, horizon)`; `self.task` is set in both."""

    task: Task

    def fit(self, train: Tensor, task: Task) -> None:  # type: ignore[override]
        """Learn from `train`, [trajectory, time, *state]. Default: nothing."""

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """The next `horizon` states after `context` [batch, time, *state]: [(K,) batch, horizon, *state]."""
        raise TypeError(f"{type(self).__name__} has no forecast(context, horizon)")

    def fit_tasks(self, train: Train) -> None:
        """Hands over each task's trajectories as one tensor."""
        for task, trajectories in train.values():
            self.task = task
            self.fit(trajectories.tensor(), task)

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor | list[str]]:
        """The forecast, as the harness asks for it."""
        self.task = task
        return {"values": self.forecast(given.values, task.horizon)}
