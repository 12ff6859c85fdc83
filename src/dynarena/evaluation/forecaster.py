"""The adapter that most models need: fit on one tensor, forecast from a context."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor

from dynarena.errors import NotApplicable
from dynarena.evaluation.batch import Batch
from dynarena.evaluation.model import Model, Train
from dynarena.evaluation.regrid import Regrid
from dynarena.schema.task import Task


class Forecaster(Model):
    """A model of one task: `fit(train, task)` and `forecast(context, horizon)`; `self.task` is set in both.

    Where the test has another grid or step than train, a model that was fitted is shown the context as train would show
    it, and its forecast is brought back to the test's points and leads; one that is at home on any grid and step says
    `any_grid = True` and is asked as it is. Where a benchmark fits once for many tasks, a model with a `fit` of its own
    is not applicable: FamilyForecaster is the adapter for that.
    """

    any_grid: ClassVar[bool] = False
    task: Task

    def fit(self, train: Tensor, task: Task) -> None:  # type: ignore[override]
        """Learn from `train`, [trajectory, time, *state]. Default: nothing."""

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """The next `horizon` states after `context` [batch, time, *state]: [(K,) batch, horizon, *state]."""
        raise TypeError(f"{type(self).__name__} has no forecast(context, horizon)")

    def fit_tasks(self, train: Train) -> None:
        """Hands over the task's trajectories as one tensor. Raises NotApplicable where there are several tasks."""
        if len(train) > 1 and self._fits:
            raise NotApplicable(
                "the model is one of a single system", where=type(self).__name__, expected="one task to fit",
                got=f"{len(train)} tasks, to be fitted once", fix="derive the model from FamilyForecaster",
            )  # fmt: skip
        for task, trajectories in train.values():
            self.task = task
            self.fit(trajectories.tensor(), task)

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor | list[str]]:
        """The forecast, as the harness asks for it."""
        if "training" not in task.facts or self.any_grid or not self._fits:
            self.task = task
            return {"values": self.forecast(given.values, task.horizon)}
        between = Regrid(task)
        self.task = between.train
        context = between.context(given.values)
        return {"values": between.answer(self.forecast(context, self.task.horizon), context)}

    @property
    def _fits(self) -> bool:
        """Whether the class learns anything of a task."""
        return type(self).fit is not Forecaster.fit
