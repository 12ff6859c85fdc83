"""What a model is: the same class is a baseline, a submission and a notebook experiment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

import torch
from torch import Tensor

from dynarena.evaluation.batch import Batch
from dynarena.schema.task import Task


class Trajectories(Protocol):
    """The train split of a task, read lazily from disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Tensor:
        """One trajectory, [time, *state]."""
        ...

    def windows(self, length: int, *, batch: int, seed: int = 0) -> Iterator[Tensor]:
        """Endless random windows, [batch, length, *state]."""
        ...

    def tensor(self) -> Tensor:
        """Everything, [trajectory, time, *state]."""
        ...


Train = Mapping[str, tuple[Task, Trajectories]]


class Model:
    """Answers tasks. Subclass, give the class its facts, write `predict` and where wanted `fit`.

    Class facts are literals, because listings read them without importing:

    name             shown on boards; the class's name where absent
    authors, paper, license, trained_on, tier
    knows            "nothing", "family" or "equations": which class of information it stands in
    accepts          {"asks": [...], "kinds": ["chaos", "pde", "video"], "max_axes": n, "engines": [...]}; other tasks
                     are not applicable
    dtype            torch.float32 unless torch.float64 is wanted
    answer_samples   K > 1 declares an ensemble: answers carry a leading axis K
    needs_gpu        runs only where a worker offers a GPU
    search           {"lr": [1e-3, 3e-3]}: the values of its arguments that `dynarena tune` may try
    cpu_budget_s     stated CPU seconds of a core baseline over the quick boards together

    Keyword arguments of the constructor are settings (`--set lr=1e-3`). `torch`, `numpy` and `random` are seeded with
    `task.seed` before `fit`.
    """

    name: ClassVar[str] = ""
    authors: ClassVar[str] = ""
    paper: ClassVar[str] = ""
    license: ClassVar[str] = ""
    trained_on: ClassVar[Sequence[str]] = ()
    tier: ClassVar[str] = "submission"
    knows: ClassVar[Literal["nothing", "family", "equations"]] = "nothing"
    accepts: ClassVar[Mapping[str, Any]] = {}
    dtype: ClassVar[torch.dtype] = torch.float32
    answer_samples: ClassVar[int] = 1
    needs_gpu: ClassVar[bool] = False
    search: ClassVar[Mapping[str, Sequence[Any]]] = {}
    cpu_budget_s: ClassVar[float | None] = None

    def fit(self, train: Train) -> None:
        """Learn from the train split of one task (or of many, where a benchmark fits once). Default: nothing."""

    def fit_tasks(self, train: Train) -> None:
        """What the harness calls in place of `fit`: adapters hand the split over in their own way."""
        self.fit(train)

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor | list[str]]:
        """The answer by name; a forecast is {"values": [(K,) batch, horizon, *state]}."""
        raise TypeError(f"{type(self).__name__} has no predict(given, task)")
