"""The test sets of a sealed season: drawn from a secret, certified over the lock's horizon, and kept apart."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.certificate import certificate, certified_horizon
from dynarena.data.dataset import keys_of, to_dataset
from dynarena.data.files import read_netcdf, write_netcdf
from dynarena.data.fingerprint import digest_of, sha256
from dynarena.data.generate import Seeded, integrate, last_seen, seeded
from dynarena.data.seasons import keep_secret, require_unused, secret_of
from dynarena.data.splits import frozen_system
from dynarena.errors import DataError
from dynarena.schema.lock import Lock, SplitLock, TaskLock
from dynarena.suite import home

SECRET_BYTES = 32
TRIES = 32


def sealed_keys(secret: bytes, task: str, count: int) -> list[tuple[int, int]]:
    """Philox keys: the first two 64-bit words of HMAC-SHA256(secret, task, index)."""
    digests = (hmac.digest(secret, f"{task}\x1f{index}".encode(), "sha256") for index in range(count))
    return [(int.from_bytes(d[:8], "little"), int.from_bytes(d[8:16], "little")) for d in digests]


def noise_keys(benchmark: str, task: TaskLock, season: str, count: int) -> list[tuple[int, int]]:
    """Keys of the noise on what models see of the test set."""
    return sealed_keys(secret_of(season, benchmark), f"{task.id}|noise", count)


def load_sealed(benchmark: str, task: TaskLock, season: str) -> xr.Dataset:
    """The season's test set of a task: from disk where the file is right, else regenerated and kept.

    Its attribute `digest` is the sha256 over the trajectories' own. Raises UsageError where this machine does not hold
    the secret, DataError where the truth is not certified over the lock's horizon.
    """
    return _load(benchmark, task, season, secret_of(season, benchmark))


def regenerate_sealed(task: TaskLock, secret: bytes) -> xr.Dataset:
    """The test set's true states from the secret alone, with their `digest`."""
    system, split = frozen_system(task), scored_split(task)
    seeds = seeded(system, sealed_keys(secret, task.id, split.trajectories), split.split)
    data = to_dataset(system, integrate(system, seeds, task.dt, split.points), seeds.parameters, seeds.keys, task.dt)
    return data.assign_attrs(digest=_digest(data), frozen=_identity(task))


def certify(task: TaskLock, data: xr.Dataset) -> dict[str, float]:
    """T(tolerance) of a test set from the last state that a model sees.

    Raises DataError where half of it ends before the lock's horizon, unless no metric compares point by point.
    """
    system = frozen_system(task)
    states = data["state"].values
    drawn = {name: data[f"parameter_{name}"].values for name in _names(data)}
    seeds = Seeded(np.empty(0), drawn, keys_of(data))
    seen_last = last_seen(system, states, seeds, scored_split(task).split, task.dt, task.context)
    found = certificate(system, seen_last, task.dt, 2 * task.horizon + 1, _spread(task, states[:, 0]))
    if not task.statistical and certified_horizon(found, task.horizon, task.dt, where=task.id) < task.horizon:
        raise DataError(
            "the truth is not certified over the lock's horizon",
            where=task.id,
            expected=f"{task.horizon} points",
            got=f"half of T(0.1) = {found['0.1']:.6g}",
            fix="draw another season: dynarena season new",
        )
    return found


def draw_season(
    name: str, lock: Lock, *, on_done: Callable[[int], None] = lambda tasks: None, tries: int = TRIES
) -> Path:
    """Draw secrets until every test set of one is certified over the lock's horizon; keep that one, and its data.

    Raises UsageError where the name is taken, DataError where `tries` secrets do not suffice.
    """
    require_unused(name)
    tightest_first = sorted(lock.tasks, key=lambda task: task.certificate.get("0.1", 0.0) / (task.horizon * task.dt))
    for left in reversed(range(tries)):
        secret = secrets.token_bytes(SECRET_BYTES)
        try:
            for done, task in enumerate(tightest_first, start=1):
                _load(lock.id, task, name, secret)
                on_done(done)
        except DataError:
            if not left:
                raise
            continue
        break
    return keep_secret(name, lock, secret)


def sealed_path(benchmark: str, task: TaskLock, season: str) -> Path:
    """Where a sealed test set stands."""
    return home() / "data" / benchmark / season / task.id.partition("/")[2].replace("/", "__") / "test.nc"


def scored_split(task: TaskLock) -> SplitLock:
    """The split that is scored."""
    return next(split for name, split in task.splits.items() if name != "train")


def _load(benchmark: str, task: TaskLock, season: str, secret: bytes) -> xr.Dataset:
    path = sealed_path(benchmark, task, season)
    if path.is_file() and (stored := _right(path, task, secret)) is not None:
        return stored
    fresh = regenerate_sealed(task, secret)
    certify(task, fresh)
    (home() / "data" / benchmark / season).mkdir(parents=True, exist_ok=True, mode=0o700)
    write_netcdf(fresh, path)
    return fresh


def _right(path: Path, task: TaskLock, secret: bytes) -> xr.Dataset | None:
    """The stored set, or None where it is another secret's, another task's, or damaged."""
    try:
        stored = read_netcdf(path)
        keys = list(stored["key"].values)
        intact = stored.attrs.get("digest") == _digest(stored)
    except (DataError, KeyError):
        return None
    split = scored_split(task)
    own = keys == [f"{high:016x}{low:016x}" for low, high in sealed_keys(secret, task.id, split.trajectories)]
    return stored if own and intact and stored.attrs.get("frozen") == _identity(task) else None


def _digest(data: xr.Dataset) -> str:
    """Over states and parameters alike: both shape what a model is given."""
    arrays = [data["state"], *(data[f"parameter_{name}"] for name in _names(data))]
    return digest_of([sha256(row) for array in arrays for row in array.values])


def _identity(task: TaskLock) -> str:
    return hashlib.sha256(task.model_dump_json().encode()).hexdigest()


def _names(data: xr.Dataset) -> list[str]:
    return [str(name).removeprefix("parameter_") for name in data.coords if str(name).startswith("parameter_")]


def _spread(task: TaskLock, states: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scale against which two computations are compared, one a channel (of scenes: the world)."""
    if task.dims[0] == "channel":
        return np.full(states.shape[1], float(frozen_system(task).spec.scene.get("world", 10.0)))  # type: ignore[arg-type]
    if task.inputs:
        return np.asarray([*(entry["std"] for entry in task.inputs[: states.shape[1] - 1]), *task.std])
    return np.asarray(task.std) if task.view is None else np.asarray(states.std(axis=0))
