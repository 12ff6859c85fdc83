"""A frozen task's facts and arrays: what a model is given, and the truth it is scored against."""

from __future__ import annotations

import hashlib
import math
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.asks import parameters_of, points_of, readings, sensor_places, solved
from dynarena.data.dataset import keys_of, to_dataset
from dynarena.data.generate import Seeded, last_seen
from dynarena.data.sealed import load_sealed, noise_keys
from dynarena.data.splits import data_name, frozen_system, load_split, split_keys
from dynarena.data.view import seen, seen_dataset
from dynarena.engines.streams import Streams
from dynarena.equations.constants import constant
from dynarena.schema.lock import Lock, TaskLock
from dynarena.schema.task import Channel, Task


def task_facts(lock: Lock, task: TaskLock) -> Task:
    """The task as the model and the metrics see it."""
    system = frozen_system(task)
    spec = system.spec
    if task.view is not None and task.view.blind:
        return _blind(lock, task)
    facts: dict[str, Any] = {
        "system": task.system,
        "title": spec.title,
        "parameters": system.parameters,
        "period": task.period,
        "timescale": task.timescale,
        "engine": spec.engine,
        "noise": task.noise,
        "invariants": {name: entry.model_dump() for name, entry in spec.invariants.items()},
        "state": list(system.simulator.labels),
        "equations": list(spec.equations),
        "tags": list(spec.tags),
    }
    if task.view is not None:
        facts |= {"invariants": {}, "equations": [], "state": [channel["name"] for channel in task.channels]}
    if spec.domain is not None:
        facts |= {
            "lengths": [constant(length, spec.parameters) for length in spec.domain.length],
            "boundary": spec.domain.boundary or ["periodic"] * len(spec.domain.length),
        }
    facts |= spec.scene
    if task.training is not None:
        facts["training"] = _training(task)
    if task.inputs:
        facts["inputs"] = task.inputs
    if task.sensors is not None:
        facts["sensors"] = task.sensors
    return Task(
        id=task.id,
        ask=lock.ask,
        answer="values",
        dims=tuple(task.dims),
        shape=tuple(task.shape),
        channels=tuple(Channel(**channel) for channel in task.channels),
        dt=task.dt,
        context=task.context,
        horizon=task.horizon,
        mean=tuple(task.mean),
        std=tuple(task.std),
        grid=_grid(task, system.simulator.grid),
        facts=facts,
        budget_s=lock.budget_s,
    )


def _training(task: TaskLock) -> dict[str, Any]:
    """System, grid, step and context of the train split of a task whose test has others."""
    assert task.training is not None
    kept, system = task.training, frozen_system(task, "train")
    lengths = system.spec.domain.length if system.spec.domain else []
    return {
        "system": kept.system,
        "shape": kept.shape,
        "dt": kept.dt,
        "context": kept.context,
        "grid": {axis: list(values) for axis, values in _grid(task, system.simulator.grid).items()},
        "parameters": system.parameters,
        "lengths": [constant(length, system.spec.parameters) for length in lengths],
        "boundary": (system.spec.domain.boundary if system.spec.domain else []) or ["periodic"] * len(lengths),
    }


def _blind(lock: Lock, task: TaskLock) -> Task:
    """A task that tells nothing but shapes and scales: time is counted in timescales."""
    view = task.view
    name = hashlib.sha256(f"{task.id}|{view.matrix if view else ()}".encode()).hexdigest()[:12]
    return Task(
        id=f"{lock.id}/{name}",
        ask=lock.ask,
        answer="values",
        dims=tuple(task.dims),
        shape=tuple(task.shape),
        channels=tuple(Channel(**channel) for channel in task.channels),
        dt=task.dt / task.timescale,
        context=task.context,
        horizon=task.horizon,
        mean=tuple(task.mean),
        std=tuple(task.std),
        facts={"timescale": 1.0, "noise": task.noise},
        budget_s=lock.budget_s,
    )


class TaskData:
    """One task's arrays, made when first asked for.

    `train()` is [trajectory, time, *state] (frames uint8, all else float64), `context` the start of each test
    trajectory, `truth` the Dataset of what follows, `parameters` [trajectory, parameter] of the test split.
    Observation noise is on train and context; the truth is clean. `told` holds what else a model is given: of sensors
    their `coords` [trajectory, sensor, axis] and the points `query` [trajectory, point, axis] where answers are wanted.
    An operator's train and context are its inputs, train with the solution after them; a reconstruction begins with
    the last state that the sensors saw. A sealed season has a test set and noise on it of
    its own, made at once: UsageError where this machine does not hold its secret. Train is the open one.
    """

    def __init__(self, lock: Lock, task: TaskLock, *, season: str = "open") -> None:
        self.lock, self.lock_task, self.season = lock, task, season
        self.task = task_facts(lock, task)
        self.data_digest = task.splits["test"].digest if season == "open" else str(self._test.attrs["digest"])

    def train(self) -> NDArray[Any]:
        """The train split as observed."""
        data = load_split(self.lock, self.lock_task, "train")
        if self.lock.ask == "operator":
            return solved(frozen_system(self.lock_task, "train"), data, "train")
        return self._observed(data, "train", data.sizes["time"])

    @cached_property
    def _test(self) -> xr.Dataset:
        if self.season != "open":
            return load_sealed(self.lock.id, self.lock_task, self.season)
        name = next(name for name in self.lock_task.splits if name != "train")
        return load_split(self.lock, self.lock_task, name)

    @cached_property
    def context(self) -> NDArray[Any]:
        """What the model observes of each test trajectory, [trajectory, context, *state]; of sensors, [..., sensor]."""
        if self.lock.ask == "operator":
            return solved(frozen_system(self.lock_task), self._test, self._test_split)[:, :, :-1]
        whole = self._observed(self._test, "test", self.task.context)
        return whole if self._places is None else readings(whole, self._places)

    @cached_property
    def told(self) -> dict[str, NDArray[np.float64]]:
        """What else a model is given, by its name in a Batch."""
        if self._places is None:
            return {}
        points = points_of(self.task.grid)
        query = np.broadcast_to(points, (len(self._places), *points.shape))
        return {"coords": points[self._places], "query": query}

    @cached_property
    def _places(self) -> NDArray[np.int64] | None:
        """Which points carry a sensor, [trajectory, sensor]."""
        if self.lock_task.sensors is None:
            return None
        count = self._test.sizes["trajectory"]
        keys = split_keys(self.lock.id, f"{data_name(self.lock_task.id)}|sensors", "test", "open", count)
        if self.season != "open":
            keys = noise_keys(self.lock.id, self.lock_task, self.season, count)
        return sensor_places(keys, self.lock_task.sensors, math.prod(self.task.shape[1:]))

    @property
    def _test_split(self) -> str:
        return next(split.split for name, split in self.lock_task.splits.items() if name != "train")

    @cached_property
    def truth(self) -> xr.Dataset:
        """What follows the context: `state`, and for videos `frames` beside it."""
        if self.lock.ask == "operator":
            return self._test.isel(time=slice(-1, None), field=slice(-1, None))
        first = self.task.context - (self.lock.ask == "reconstruct")
        future = self._test.isel(time=slice(first, first + self.task.horizon))
        if self.task.kind != "video":
            return seen_dataset(self.lock_task.view, future, [channel.name for channel in self.task.channels])
        system = frozen_system(self.lock_task)
        frames = self._frames(future)
        parameters = parameters_of(future)
        return to_dataset(
            system,
            future["state"].values,
            parameters,
            keys_of(future),
            self.task.dt,
            frames=frames,
            first=self.task.context,
        )

    def second_truth(self) -> NDArray[Any]:
        """What follows the last state seen, by the second computation, [trajectory, horizon, *state]."""
        system = frozen_system(self.lock_task)
        split = self._test_split
        seeds = Seeded(np.empty(0), parameters_of(self._test), keys_of(self._test))
        last = last_seen(system, self._test["state"].values, seeds, split, self.lock_task.dt, self.task.context)
        states = system.simulator.verify(last.starts, last.parameters, self.lock_task.dt, self.task.horizon + 1)
        if self.lock.ask == "operator":
            return states[:, 1:, -1:]
        states = states[:, :-1] if self.lock.ask == "reconstruct" else states[:, 1:]
        if self.task.kind != "video":
            return seen(self.lock_task.view, states)
        return system.simulator.frames(states, parameters_of(self._test), self.lock_task.resolution or 128)

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """Times of the context, [trajectory, context]."""
        times = self._test["time"].values[: self.task.context]
        return np.broadcast_to(times, (self._test.sizes["trajectory"], len(times))).copy()

    @cached_property
    def parameters(self) -> NDArray[np.float64]:
        """Each test trajectory's parameters in the order of `task.facts["parameters"]`, [trajectory, parameter]."""
        drawn = parameters_of(self._test)
        columns = [drawn[name] for name in self.task.facts["parameters"]]
        return np.stack(columns, axis=1) if columns else np.empty((self._test.sizes["trajectory"], 0))

    def _observed(self, data: xr.Dataset, split: str, points: int) -> NDArray[Any]:
        part = data.isel(time=slice(0, points))
        if self.task.kind == "video":
            return self._frames(part)
        view = self.lock_task.view
        states: NDArray[np.float64] = seen(view, part["state"].values)
        if self.lock_task.noise:
            normals = Streams(self._noise_keys(split, len(states))).normal("noise", states.shape[1:])
            spread = np.asarray(self.task.std).reshape(-1, *(1,) * (states.ndim - 3))
            states = states + self.lock_task.noise * spread * normals
        return states.astype(np.float32).astype(np.float64) if view is not None and view.blind else states

    def _noise_keys(self, split: str, count: int) -> list[tuple[int, int]]:
        if self.season != "open" and split == "test":
            return noise_keys(self.lock.id, self.lock_task, self.season, count)
        return split_keys(self.lock.id, f"{self.lock_task.id}|noise", split, "open", count)

    def _frames(self, data: xr.Dataset) -> NDArray[np.uint8]:
        system = frozen_system(self.lock_task)
        return system.simulator.frames(data["state"].values, parameters_of(data), self.lock_task.resolution or 128)


def _grid(task: TaskLock, grid: dict[str, NDArray[np.float64]]) -> dict[str, tuple[float, ...]]:
    if task.dims[0] == "channel":
        return {}
    return {axis: tuple(values.tolist()) for axis, values in grid.items()}
