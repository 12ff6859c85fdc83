"""Freezing a benchmark: a draft becomes a lock, after which runs read only the lock."""

from __future__ import annotations

import math
import platform
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena import __version__
from dynarena.data.asks import input_names, solved
from dynarena.data.benchmarks import read_benchmark
from dynarena.data.certificate import certificate, certified_horizon
from dynarena.data.dataset import to_dataset
from dynarena.data.fingerprint import digest_of, sha256, sketch
from dynarena.data.generate import Seeded, integrate, last_seen, seeded
from dynarena.data.splits import data_name, pack_starts, split_keys
from dynarena.data.system import System
from dynarena.data.tasks import TaskData
from dynarena.data.view import angles, first_components, mixture, seen
from dynarena.errors import NotCertified, UsageError
from dynarena.evaluation.axes import Axes, tasks_asked
from dynarena.evaluation.metrics import Metric, load_metric, primary_error
from dynarena.evaluation.nursery import Nursery
from dynarena.evaluation.reference import reference_error
from dynarena.evaluation.scoring import label
from dynarena.evaluation.states import CIRCLE_STD
from dynarena.schema.benchmark import BenchmarkSpec, Protocol, Shift, Span
from dynarena.schema.lock import Lock, MetricLock, SplitLock, TaskLock, TrainingLock, ViewLock
from dynarena.suite import Item, find

LEAST_POINTS_A_PERIOD = 15
COMPARED = ("pointwise", "probabilistic")  # kinds of metric that compare a forecast with the truth at the same time


def freeze(
    item: Item,
    *,
    quick: bool = False,
    workers: int = 1,
    on_task: Callable[[str], None] = lambda task: None,
    on_left_out: Callable[[NotCertified], None] = lambda why: None,
) -> Lock:
    """The lock of a benchmark's draft: clocks, splits, hashes, certificates, floors and reference errors.

    A task whose truth is not certified over its horizon is left out, unless its system is written out in the draft:
    then NotCertified is raised.
    """
    spec = read_benchmark(item, quick=quick)
    metrics = [_chosen(spec, name) for name in (spec.metrics.primary, *spec.metrics.others)]
    empty = _lock(item, spec, metrics, quick=quick)
    wanted = tasks_asked(spec, where=str(item.path))
    tasks: dict[Axes, TaskLock] = {}

    def keep(key: Axes, frozen: Callable[[], TaskLock]) -> None:
        try:
            tasks[key] = frozen()
        except NotCertified as why:
            if key.system in spec.systems:
                raise
            on_left_out(why)
        on_task(f"{empty.id}/{key.name}")

    if workers <= 1:
        with Nursery() as nursery:
            for key in wanted:
                keep(key, partial(_frozen_task, empty, spec, key, nursery))
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            futures = {pool.submit(_frozen_task, empty, spec, key): key for key in wanted}
            for future in as_completed(futures):
                keep(futures[future], future.result)
    return empty.model_copy(update={"tasks": [tasks[key] for key in wanted if key in tasks]})


def _frozen_task(lock: Lock, spec: BenchmarkSpec, asked: Axes, nursery: Nursery | None = None) -> TaskLock:
    return _measured(lock, _freeze_task(lock, spec, asked), _chosen(spec, spec.metrics.primary), nursery)


def _chosen(spec: BenchmarkSpec, name: str) -> Metric:
    return load_metric(name, parameters=spec.metrics.parameters.get(name))


def sampling(system: System, spec: BenchmarkSpec) -> float:
    """The step between points: the protocol's, and never fewer than 15 points a period; maps: one iteration."""
    if system.spec.engine == "map":
        return 1.0
    if spec.protocol.dt is not None:
        return spec.protocol.dt
    dt = system.timescale / float(spec.protocol.points_per_timescale or 1)
    if system.period is not None:
        dt = min(dt, system.period / LEAST_POINTS_A_PERIOD)
    return float(f"{dt:.4g}")


def _lock(item: Item, spec: BenchmarkSpec, metrics: list[Metric], *, quick: bool) -> Lock:
    return Lock(
        name=item.id,
        version=spec.version,
        quick=quick,
        title=spec.title,
        about=spec.about,
        ask=spec.ask,
        fit=spec.protocol.fit,
        metrics=[_metric_lock(metric) for metric in metrics],
        reference_baseline=spec.reference.baseline,
        seeds=spec.seeds,
        budget_s=spec.budget_s,
        tasks=[],
        superseded_by=spec.superseded_by,
        environment=_environment(),
    )


def _metric_lock(metric: Metric) -> MetricLock:
    declared = metric.declarations
    return MetricLock(
        name=metric.name,
        perfect=declared.perfect,
        better=declared.better,
        unit=declared.unit,
        scope=declared.scope,
        kind=declared.kind,
        digest=metric.digest,
        parameters=dict(metric.parameters),
    )


def _freeze_task(lock: Lock, spec: BenchmarkSpec, asked: Axes) -> TaskLock:
    protocol = spec.protocol
    kind = asked.system.rpartition(":")[2].partition("/")[0]
    asked_grid = protocol.resolution if kind == "pde" else None
    trained = System(asked.trained_on or asked.system, resolution=asked_grid)
    shift = protocol.shifts[asked.shift] if asked.shift is not None else Shift()
    resolution = _refined(trained, protocol.resolution, shift.resolution)
    system = System(asked.system, resolution=resolution if kind == "pde" else None)
    task_id = f"{lock.id}/{asked.name}"
    _refuse_misfit(spec.ask, system, trained, where=task_id)
    train_dt, timescale = sampling(trained, spec), system.timescale
    dt = train_dt if shift.step == 1.0 else float(f"{train_dt * shift.step:.12g}")
    context, horizon = (_points(span, timescale, dt) for span in (protocol.context, protocol.horizon))
    horizon = max(1, round(horizon * shift.horizon))
    length = protocol.train if asked.train is None else Span(timescales=asked.train)
    train_points = _points(length, trained.timescale, train_dt)
    train = _draw(trained, lock.id, task_id, "train", asked.trajectories or protocol.train.trajectories)
    test = _draw(system, lock.id, task_id, asked.split, protocol.test.trajectories)
    train_states = integrate(trained, train, train_dt, train_points)
    test_states = integrate(system, test, dt, context + horizon)
    seen_last = last_seen(system, test_states, test, asked.split, dt, context)
    found = certificate(system, seen_last, dt, 2 * horizon + 1, _state_spread(train_states, trained))
    statistical = not any(metric.kind in COMPARED for metric in lock.metrics)
    if not statistical:
        horizon = certified_horizon(found, horizon, dt, where=task_id)
    test_states = test_states[:, : context + horizon].copy()
    view = _view(protocol, system, task_id, train_states)
    if view is not None:
        facts = _seen(view, system, train_states)
    elif spec.ask == "operator":
        facts = _operator(trained, to_dataset(trained, train_states, train.parameters, train.keys, train_dt))
    else:
        facts = _axes(trained, kind, protocol.resolution, train_states, train)
    if asked.shift is not None and (trained.id, resolution, train_dt) != (system.id, protocol.resolution, dt):
        facts["training"] = _training(trained, facts["shape"], train_dt, protocol)
        facts["shape"] = list(system.simulator.shape) if kind == "pde" else facts["shape"]
    if asked.sensors is not None:
        facts["sensors"] = max(1, round(asked.sensors * math.prod(system.simulator.shape[1:])))
    return TaskLock(
        id=task_id,
        system=asked.system,
        system_digest=system.digest,
        spec=system.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        dt=dt,
        context=context,
        horizon=horizon,
        period=system.period,
        timescale=timescale,
        resolution=resolution,
        noise=asked.noise,
        splits={
            "train": _split("train", train, train_states),
            "test": _split(asked.split, test, test_states),
        },
        floor=0.0,
        reference=1.0,
        certificate=found,
        view=view,
        statistical=statistical,
        held_out=asked.held_out,
        **facts,
    )


def _refined(system: System, resolution: int | None, factor: float) -> int | None:
    """The points of the first axis times a factor."""
    if factor == 1.0 or system.spec.domain is None:
        return resolution
    return max(1, round(factor * (resolution or system.spec.domain.points[0])))


def _refuse_misfit(ask: str, system: System, trained: System, *, where: str) -> None:
    """Raise UsageError where a system cannot be asked so, or a test has other fields than its train."""
    if ask != "forecast" and system.kind != "pde":
        raise UsageError(f"{ask} is asked of fields", where=where, got=system.id, fix="name systems of pde/")
    if ask == "operator" and system.spec.engine != "elliptic":
        got, fix = f"the engine {system.spec.engine!r}", "name systems of the engine 'elliptic'"
        raise UsageError("an operator maps inputs to a field at rest", where=where, got=got, fix=fix)
    fields, known = system.simulator.labels, trained.simulator.labels
    if system.id != trained.id and (fields, system.simulator.dims) != (known, trained.simulator.dims):
        raise UsageError("train and test have other fields", where=where, expected=", ".join(known),
                         got=", ".join(fields), fix="name two systems of the same fields and axes")  # fmt: skip


def _training(trained: System, shape: list[int], dt: float, protocol: Protocol) -> TrainingLock:
    return TrainingLock(
        system=trained.id,
        system_digest=trained.digest,
        spec=trained.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        shape=shape,
        dt=dt,
        context=_points(protocol.context, trained.timescale, dt),
        period=trained.period,
        timescale=trained.timescale,
        resolution=protocol.resolution,
    )


def _operator(system: System, train: xr.Dataset) -> dict[str, Any]:
    """Axes of the solution, its mean and deviation, and those of each input; over train at the last time."""
    values = np.moveaxis(solved(system, train, "train"), 2, 0)
    moments = [(float(f"{each.mean():.12g}"), _deviation(each.std())) for each in values]
    *names, unknown = [*input_names(system), system.simulator.labels[-1]]
    units = system.spec.units
    mean, std = moments[-1]
    return {
        "dims": list(system.simulator.dims),
        "shape": [1, *system.simulator.shape[1:]],
        "channels": [{"name": unknown, "unit": units.get(unknown, "1"), "angle": False}],
        "mean": [mean],
        "std": [std],
        "inputs": [
            {"name": name, "unit": units.get(name, "1"), "mean": centre, "std": spread}
            for name, (centre, spread) in zip(names, moments[:-1], strict=True)
        ],
    }


def _points(span: Span, timescale: float, dt: float) -> int:
    if span.points is not None:
        return span.points
    return max(1, math.ceil(round(float(span.timescales or 0) * timescale / dt, 6)))


def _draw(system: System, lock_id: str, task_id: str, split: str, count: int) -> Seeded:
    return seeded(system, split_keys(lock_id, data_name(task_id), split, "open", count), split)


def _view(protocol: Protocol, system: System, task_id: str, train: NDArray[np.float64]) -> ViewLock | None:
    if protocol.observed is not None:
        return first_components(system, protocol.observed)
    return mixture(system, data_name(task_id), *_moments(train, system)) if protocol.blind else None


def _seen(view: ViewLock, system: System, train: NDArray[np.float64]) -> dict[str, Any]:
    """Axes, channels, mean and deviation of what a model sees through a view."""
    states, units = seen(view, train), system.spec.units
    flat = states.reshape(-1, states.shape[-1])
    whole = [row.index(1.0) for row in view.matrix] if not view.blind else []
    names = [system.simulator.labels[place] for place in whole] or [f"c{k}" for k in range(len(view.matrix))]
    return {
        "dims": ["component"],
        "shape": [len(names)],
        "channels": [{"name": name, "unit": units.get(name, "1"), "angle": False} for name in names],
        "mean": [float(f"{value:.12g}") for value in flat.mean(axis=0)],
        "std": [_deviation(value) for value in flat.std(axis=0)],
    }


def _split(name: str, seeds: Seeded, states: NDArray[np.float64]) -> SplitLock:
    hashes = [sha256(row) for row in states]
    return SplitLock(
        split=name,
        trajectories=len(states),
        points=states.shape[1],
        digest=digest_of(hashes),
        hashes=hashes,
        sketch=[[float(f"{value:.12g}") for value in sketch(row)] for row in states],
        starts=pack_starts(seeds.starts),
    )


def _state_spread(states: NDArray[np.float64], system: System) -> NDArray[np.float64]:
    """The scale against which two computations of the state are compared, one a channel (of scenes: the world)."""
    if system.kind == "video":
        return np.full(states.shape[2], float(system.spec.scene.get("world", 10.0)))  # type: ignore[arg-type]
    return _moments(states, system)[1]


def _axes(
    system: System, kind: str, resolution: int | None, states: NDArray[np.float64], seeds: Seeded
) -> dict[str, Any]:
    """Axes, channels, mean and deviation of what the model sees."""
    if kind == "video":
        size = resolution or 128
        mean, std = _frame_moments(system.simulator.frames(states, seeds.parameters, size))
        dims, shape, names = ["channel", "y", "x"], [3, size, size], ["red", "green", "blue"]
    else:
        mean, std = _moments(states, system)
        dims, shape, names = list(system.simulator.dims), list(system.simulator.shape), list(system.simulator.labels)
    units, turning = system.spec.units, angles(system)
    channels = [{"name": name, "unit": units.get(name, "1"), "angle": name in turning} for name in names]
    return {
        "dims": dims,
        "shape": shape,
        "channels": channels,
        "mean": [float(f"{value:.12g}") for value in mean],
        "std": [_deviation(value) for value in std],
    }


def _moments(states: NDArray[np.float64], system: System) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation of each channel; an angle that turns over has those of the uniform law on the circle."""
    flat = np.moveaxis(states, 2, 0).reshape(states.shape[2], -1)
    mean, std = flat.mean(axis=1), flat.std(axis=1)
    turning = angles(system)
    angle = np.array([label in turning for label in system.simulator.labels])
    turns = angle & (std > CIRCLE_STD)
    return np.where(turns, 0.0, mean), np.where(turns, CIRCLE_STD, std)


def _frame_moments(frames: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation of each colour in [0, 1], exact from the histogram of its 256 values."""
    levels = np.arange(256) / 255
    counts = np.array([np.bincount(frames[:, :, channel].ravel(), minlength=256) for channel in range(frames.shape[2])])
    weights = counts / counts.sum(axis=1, keepdims=True)
    mean = weights @ levels
    return mean, np.sqrt(np.maximum(weights @ levels**2 - mean**2, 0))


def _deviation(value: float) -> float:
    """A channel's deviation; 1 for one that never changes, so that nothing divides by zero."""
    return float(f"{value:.12g}") if value > 1e-6 else 1.0


def _measured(lock: Lock, task: TaskLock, primary: Metric, nursery: Nursery | None) -> TaskLock:
    """The task with its floor and its reference error.

    The floor is the larger error of two forecasts that are right: the truth through the instrument (float32, frames),
    and the second, independent computation from the last state that a model sees.
    """
    alone = lock.model_copy(update={"tasks": [task]})
    data = TaskData(alone, task)
    errors = []
    for values in (data.truth[data.task.variable].values, data.second_truth()):
        forecast = label(_as_answered(values), data.truth, data.task)
        scored = primary_error(primary, primary.score(forecast, data.truth, data.task), data.task)
        errors.append(float(np.mean(scored)))
    return task.model_copy(update={"floor": max(errors), "reference": reference_error(alone, task, nursery)})


def _as_answered(values: NDArray[Any]) -> NDArray[np.float64]:
    """The truth as a model would hand it back: float32, frames in [0, 1]."""
    scaled = values / np.float64(255) if values.dtype == np.uint8 else values
    return scaled.astype(np.float32).astype(np.float64)


def _environment() -> dict[str, str]:
    import numba
    import scipy

    return {
        "dynarena": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "numba": numba.__version__,
        "machine": platform.machine(),
    }


def differences(lock: Lock, *, on_task: Callable[[str], None] = lambda task: None) -> list[dict[str, Any]]:
    """Where a lock and what its draft gives today differ: each as {"where", "frozen", "recomputed"}."""
    fresh = freeze(find("benchmarks", lock.name), quick=lock.quick, on_task=on_task)
    return _differing("", lock.model_dump(mode="json"), fresh.model_dump(mode="json"))


def _differing(where: str, frozen: Any, recomputed: Any) -> list[dict[str, Any]]:
    if isinstance(frozen, dict) and isinstance(recomputed, dict):
        keys = [key for key in {**frozen, **recomputed} if (where, key) != ("", "environment")]
        return [
            d for key in keys for d in _differing(f"{where}.{key}".lstrip("."), frozen.get(key), recomputed.get(key))
        ]
    if isinstance(frozen, list) and isinstance(recomputed, list) and len(frozen) == len(recomputed):
        pairs = enumerate(zip(frozen, recomputed, strict=True))
        return [d for index, (a, b) in pairs for d in _differing(f"{where}[{index}]", a, b)]
    return [] if frozen == recomputed else [{"where": where, "frozen": frozen, "recomputed": recomputed}]
