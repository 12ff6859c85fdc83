"""The adapter of models that are fitted once on many systems and asked about others too."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from dynarena.evaluation.batch import Batch
from dynarena.evaluation.model import Model, Train
from dynarena.schema.task import Task


class FamilyForecaster(Model):
    """One model for many systems: `fit(family)` and `forecast(context, horizon)`; `self.task` is set in the latter.

    Some of the systems that it is asked about were never in `family`: what it knows of them is their context.
    """

    task: Task

    def fit(self, family: list[tuple[Task, Tensor]]) -> None:  # type: ignore[override]
        """Learn from all systems together: each with its train, [trajectory, time, *state]. Default: nothing."""

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """The next `horizon` states after `context` [batch, time, *state]: [(K,) batch, horizon, *state]."""
        raise TypeError(f"{type(self).__name__} has no forecast(context, horizon)")

    def fit_tasks(self, train: Train) -> None:
        """Hands over every system's trajectories as one tensor."""
        self.fit([(task, trajectories.tensor()) for task, trajectories in train.values()])

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor | list[str]]:
        """The forecast, as the harness asks for it."""
        self.task = task
        return {"values": self.forecast(given.values, task.horizon)}
