"""One split of a frozen task: regenerated from its lock, checked against it, kept on disk."""

from __future__ import annotations

import base64
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.dataset import to_dataset
from dynarena.data.files import read_netcdf, write_netcdf
from dynarena.data.fingerprint import sha256
from dynarena.data.generate import Seeded, integrate, seeded
from dynarena.data.system import System
from dynarena.data.verify import Verdict, compare, mislabelled, states_of, verdicts
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError
from dynarena.schema.lock import Lock, SplitLock, TaskLock, TrainingLock
from dynarena.schema.system import SystemSpec
from dynarena.suite import home

STARTS_LIMIT = 64 * 1024  # bytes of starts that a lock carries for a split; larger ones are drawn and burnt in again


def split_keys(benchmark: str, task: str, split: str, season: str, count: int) -> list[tuple[int, int]]:
    """Keys of (benchmark@version, task, split, season, index)."""
    return [trajectory_key(benchmark, task, split, season, index) for index in range(count)]


def data_name(task_id: str) -> str:
    """What of a task's id its trajectories depend on: noise, train lengths and shifts share starts (paired)."""
    return task_id.partition("?")[0]


@lru_cache(maxsize=64)
def _frozen_system(system: str, spec: str, resolution: int | None, clocks: tuple[tuple[str, float], ...]) -> System:
    return System.frozen(system, SystemSpec.model_validate_json(spec), resolution=resolution, clocks=dict(clocks))


def frozen_system(task: TaskLock, split: str = "test") -> System:
    """The task's system as the lock keeps it: that of train where `split` is train and the test's is another."""
    kept = training_of(task, split)
    spec = SystemSpec.model_validate(kept.spec)
    grid = kept.resolution if task.dims[0] == "field" else None
    clocks = {"timescale": kept.timescale, "period": kept.period}
    known = tuple((name, value) for name, value in clocks.items() if value is not None)
    return _frozen_system(kept.system, spec.model_dump_json(by_alias=True), grid, known)


def training_of(task: TaskLock, split: str) -> TaskLock | TrainingLock:
    """What holds the system, grid and step of a split."""
    return task.training if split == "train" and task.training is not None else task


def pack_starts(starts: NDArray[np.float64]) -> str | None:
    """Starts as text for a lock; None where they are too large for one."""
    if starts.nbytes > STARTS_LIMIT:
        return None
    return base64.b64encode(zlib.compress(np.ascontiguousarray(starts, dtype="<f8").tobytes(), 9)).decode()


def unpack_starts(text: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """What `pack_starts` packed."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<f8").reshape(shape).astype(np.float64)


def seeds_of(benchmark: str, task: TaskLock, split: SplitLock) -> Seeded:
    """The split's starts after burn-in: from the lock where it carries them, else drawn and burnt in again."""
    system = frozen_system(task, split.split)
    keys = split_keys(benchmark, data_name(task.id), split.split, "open", split.trajectories)
    if split.starts is None:
        return seeded(system, keys, split.split)
    parameters = system.simulator.parameters(Streams(keys), split.split)
    return Seeded(unpack_starts(split.starts, (len(keys), *system.simulator.full_shape)), parameters, keys)


def regenerate(benchmark: str, task: TaskLock, split: SplitLock) -> xr.Dataset:
    """The split's true states, from the lock alone. Videos are rendered on reading, so that only states are kept."""
    seeds = seeds_of(benchmark, task, split)
    system, dt = frozen_system(task, split.split), training_of(task, split.split).dt
    states = integrate(system, seeds, dt, split.points)
    return to_dataset(system, states, seeds.parameters, seeds.keys, dt)


def split_path(lock: Lock, task: TaskLock, split: str) -> Path:
    """Where the split's file stands."""
    return home() / "data" / lock.id / task.id.partition("/")[2].replace("/", "__") / f"{split}.nc"


def load_split(lock: Lock, task: TaskLock, name: str, *, keep: bool = True) -> xr.Dataset:
    """The split's true states: from disk where the file is right, else regenerated and (unless told not to) kept.

    What is scored must be identical or equivalent to what the lock froze. The train split may be statistically
    equivalent: on another kind of machine a long chaotic trajectory is another one of the same law. Raises DataError
    where this machine regenerates other data than that.
    """
    path = split_path(lock, task, name)
    stored = _stored(path, lock, task, name)
    if stored is not None:
        return stored
    fresh = regenerate(lock.id, task, task.splits[name])
    _require_right(fresh, task, name)
    if keep:
        write_netcdf(fresh, path)
    return fresh


def labelled(benchmark: str, task: TaskLock, split: SplitLock, states: NDArray[np.float64]) -> xr.Dataset:
    """Stored states with all else that a Dataset carries drawn again."""
    system, dt = frozen_system(task, split.split), training_of(task, split.split).dt
    keys = split_keys(benchmark, data_name(task.id), split.split, "open", len(states))
    return to_dataset(system, states, system.simulator.parameters(Streams(keys), split.split), keys, dt)


def _stored(path: Path, lock: Lock, task: TaskLock, name: str) -> xr.Dataset | None:
    """The file's Dataset where it is right; None where it is absent, damaged or another."""
    try:
        data = read_netcdf(path)
    except DataError:
        return None
    states = states_of(data)
    if states is None or not _is_right(compare(data, task, name), name):
        return None
    expected = labelled(lock.id, task, task.splits[name], states)
    return None if mislabelled(data, expected) else expected


def _is_right(verdict: Verdict, name: str) -> bool:
    enough = ("identical", "equivalent", *(("statistically equivalent",) if name == "train" else ()))
    return verdict.outcome in enough


def _require_right(fresh: xr.Dataset, task: TaskLock, name: str) -> None:
    """Raise DataError naming the first trajectory that differs from the frozen one."""
    verdict = compare(fresh, task, name)
    if _is_right(verdict, name):
        return
    each = verdicts(fresh["state"].values, task.splits[name])
    index = each.index("different")
    raise DataError(
        "regenerated data differ from the lock",
        where=f"{task.id}, split {name}, trajectory {index}",
        expected=task.splits[name].hashes[index],
        got=sha256(fresh["state"].values[index]),
        fix="run dynarena doctor; report the processor and library versions it shows",
    )
