"""From an answer's numbers to the values of every metric of a benchmark."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.errors import DynarenaError
from dynarena.evaluation.metrics import Metric, load_metric, primary_error, trajectory_values
from dynarena.schema.lock import Lock
from dynarena.schema.task import Task


@dataclass(frozen=True)
class Scores:
    """Per metric its values (one a trajectory, or one in all) and mean curve over lead times; the primary error e.

    `notes` tells of secondary metrics that could not be computed.
    """

    values: dict[str, list[float] | float]
    curves: dict[str, list[float]]
    error: list[float]
    notes: dict[str, str] = field(default_factory=dict)


class Scorer:
    """The metrics of a lock, loaded; `digest` changes when any of them does."""

    def __init__(self, lock: Lock) -> None:
        self.metrics = [load_metric(frozen.name, parameters=frozen.parameters) for frozen in lock.metrics]
        content = json.dumps([[metric.name, metric.digest] for metric in self.metrics])
        self.digest = hashlib.sha256(content.encode()).hexdigest()

    def score(self, values: NDArray[Any], truth: xr.Dataset, task: Task) -> Scores:
        """Every metric that applies to the task. Raises DynarenaError where the primary one cannot be computed."""
        forecast = label(values, truth, task)
        found: dict[str, list[float] | float] = {}
        curves: dict[str, list[float]] = {}
        notes: dict[str, str] = {}
        error: list[float] = []
        for place, metric in enumerate(self.metrics):
            if place > 0 and not metric.applies(task):
                continue
            try:
                outcome = metric.score(forecast, truth, task)
                curve = _curve(metric, outcome, forecast, truth, task)
            except Exception as problem:  # a metric's file is an item: its mistakes must not end the other cells
                if place == 0:
                    raise _failed(metric, task, problem) from problem
                notes[f"metric {metric.name}"] = str(problem).split("\n")[0][:200]
                continue
            found[metric.name] = outcome if isinstance(outcome, float) else trajectory_values(outcome).tolist()
            if curve is not None:
                curves[metric.name] = [float(value) for value in curve]
            if place == 0:
                error = primary_error(metric, outcome, task).tolist()
        return Scores(found, curves, error, notes)


def label(values: NDArray[Any], truth: xr.Dataset, task: Task) -> xr.Dataset:
    """An answer [(sample,) trajectory, time, *state] under the truth's labels."""
    dims = ("trajectory", "time", *task.dims)
    axes = ("sample", *dims) if values.ndim > len(dims) else dims
    coords = {name: coord for name, coord in truth.coords.items() if set(coord.dims) <= set(dims)}
    return xr.Dataset({task.variable: (axes, values)}, coords=coords)


def _failed(metric: Metric, task: Task, problem: Exception) -> DynarenaError:
    if isinstance(problem, DynarenaError):
        return problem
    got = f"{type(problem).__name__}: {problem}"[:300]
    return DynarenaError(
        f"the metric {metric.name} failed", where=task.id, got=got, fix=f"mend metrics/{metric.name}.py"
    )


def _curve(
    metric: Metric, outcome: Any, forecast: xr.Dataset, truth: xr.Dataset, task: Task
) -> NDArray[np.float64] | None:
    """The mean over trajectories at each lead time, without computing the metric twice."""
    if metric.curve is not None:
        return metric.lead_curve(forecast, truth, task)
    array = np.asarray(outcome)
    return np.asarray(array.mean(axis=0)) if array.ndim == 2 else None
