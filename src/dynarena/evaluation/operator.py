"""The adapter of models that map inputs to a field at rest: coefficients and loads to a solution."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from dynarena.evaluation.batch import Batch
from dynarena.evaluation.model import Model, Train
from dynarena.schema.task import Task


class Operator(Model):
    """A model of one operator: `fit(inputs, solutions, task)` and `solve(inputs)`; `self.task` is set in both.

    task.facts["inputs"] names the inputs, with unit, mean and std of train; task.mean and task.std are the solution's.
    """

    task: Task

    def fit(self, inputs: Tensor, solutions: Tensor, task: Task) -> None:  # type: ignore[override]
        """Learn from pairs: inputs [sample, input, *space], solutions [sample, field, *space]. Default: nothing."""

    def solve(self, inputs: Tensor) -> Tensor:
        """The fields at rest under `inputs` [batch, input, *space]: [(K,) batch, field, *space]."""
        raise TypeError(f"{type(self).__name__} has no solve(inputs)")

    def fit_tasks(self, train: Train) -> None:
        """Hands over each task's pairs as two tensors."""
        for task, trajectories in train.values():
            self.task = task
            pairs = trajectories.tensor()[:, 0]
            count = len(task.facts["inputs"])
            self.fit(pairs[:, :count], pairs[:, count:], task)

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor | list[str]]:
        """The solutions as the harness asks for them, [(K,) batch, 1, field, *space]."""
        self.task = task
        return {"values": self.solve(given.values[:, 0]).unsqueeze(-1 - len(task.shape))}
