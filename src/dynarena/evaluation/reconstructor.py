"""The adapter of models that see a field at scattered sensors and say what it is everywhere."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from dynarena.errors import UsageError
from dynarena.evaluation.batch import Batch
from dynarena.evaluation.model import Model, Train
from dynarena.schema.task import Task


class Reconstructor(Model):
    """A model of one field: `fit(train, task)` and `reconstruct(readings, sensors, query)`; `self.task` is set in both.

    Sensors stand at other places in every trajectory. Train shows whole fields.
    """

    task: Task

    def fit(self, train: Tensor, task: Task) -> None:  # type: ignore[override]
        """Learn from whole fields, `train` [trajectory, time, field, *space]. Default: nothing."""

    def reconstruct(self, readings: Tensor, sensors: Tensor, query: Tensor) -> Tensor:
        """The field at the points `query` at the last time of the readings and the horizon - 1 times after it.

        readings [batch, time, field, sensor], sensors [batch, sensor, axis], query [batch, point, axis]:
        [(K,) batch, horizon, field, point].
        """
        raise TypeError(f"{type(self).__name__} has no reconstruct(readings, sensors, query)")

    def fit_tasks(self, train: Train) -> None:
        """Hands over each task's trajectories as one tensor."""
        for task, trajectories in train.values():
            self.task = task
            self.fit(trajectories.tensor(), task)

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor | list[str]]:
        """The answers at the grid's points, as the harness asks for them: [(K,) batch, horizon, *state]."""
        if given.coords is None or given.query is None:
            fix = 'ask it on a benchmark with ask = "reconstruct"'
            raise UsageError("there are no sensors", where=task.id, expected="coords and query", got="none", fix=fix)
        self.task = task
        fields = self.reconstruct(given.values, given.coords, given.query)
        return {"values": fields.reshape(*fields.shape[:-1], *task.shape[1:])}


def wrapped(apart: Tensor, task: Task) -> Tensor:
    """Differences of points [..., axis] the short way round each periodic axis."""
    if not task.facts.get("lengths"):
        return apart
    for axis, (length, ends) in enumerate(zip(task.facts["lengths"], task.facts["boundary"], strict=True)):
        if ends == "periodic":
            along = apart[..., axis]
            apart = torch.cat([apart[..., :axis], (along - length * (along / length).round())[..., None],
                               apart[..., axis + 1 :]], dim=-1)  # fmt: skip
    return apart


def nearest_points(places: Tensor, task: Task) -> Tensor:
    """The point of the flattened grid nearest to each of `places` [..., axis], [...]."""
    index = torch.zeros(places.shape[:-1], dtype=torch.long, device=places.device)
    for axis, values in enumerate(task.grid.values()):
        along = torch.tensor(values, dtype=torch.float64, device=places.device)
        apart = places[..., axis, None].double() - along
        if task.facts.get("boundary", [""] * len(task.grid))[axis] == "periodic":
            length = task.facts["lengths"][axis]
            apart = apart - length * (apart / length).round()
        index = index * len(along) + apart.abs().argmin(dim=-1)
    return index
