"""The folder through which harness and child talk. It holds what the model may know and never the truth.

job.json          the model's source, the tasks, seed, device
model.pickle      a notebook's class, where the model is one
train_<i>.npy     [trajectory, time, *state] of task i, float64 or uint8
context_<i>.npy   [batch, context, *state]
parameters_<i>.npy  [batch, parameter], where the track tells them
coords_<i>.npy, query_<i>.npy  [batch, point, axis], where sensors observe and where answers are wanted
scratch/          the child's working and temporary folder
log.txt           what the child wrote to stdout and stderr
answer_<i>.raw    the child's answer: magic, length of the header, JSON header, raw numbers
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.evaluation.loading import ModelSource
from dynarena.schema.task import Task


@dataclass(frozen=True)
class Question:
    """One task's inputs: train is None where nothing is fitted; `told` holds what else a Batch carries, by name."""

    task: Task
    train: NDArray[np.generic] | None
    context: NDArray[np.generic]
    parameters: NDArray[np.float64] | None = None
    told: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


def write_job(folder: Path, source: ModelSource, questions: list[Question], *, threads: int = 1) -> None:
    """Lay out a job's folder, which must exist and be empty."""
    (folder / "scratch").mkdir()
    for index, question in enumerate(questions):
        if question.train is not None:
            np.save(folder / f"train_{index}.npy", np.ascontiguousarray(question.train))
        np.save(folder / f"context_{index}.npy", np.ascontiguousarray(question.context))
        if question.parameters is not None:
            np.save(folder / f"parameters_{index}.npy", question.parameters)
        for name, values in question.told.items():
            np.save(folder / f"{name}_{index}.npy", values)
    if source.pickle is not None:
        (folder / "model.pickle").write_bytes(source.pickle)
    (folder / "job.json").write_text(json.dumps(_content(source, questions, threads)))


def _content(source: ModelSource, questions: list[Question], threads: int) -> dict[str, Any]:
    return {
        "model": {
            "class": source.cls,
            "file": source.file,
            "folder": source.folder,
            "module": source.module,
            "settings": source.card.settings,
        },
        "tasks": [question.task.to_json() for question in questions],
        "threads": threads,
        "path": [str(Path.cwd()), *filter(None, sys.path)] if source.module or source.pickle else [],
    }
