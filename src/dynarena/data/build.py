"""Building, describing and removing a benchmark's data on disk."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import xarray as xr

from dynarena.data.files import read_netcdf
from dynarena.data.splits import frozen_system, labelled, load_split, split_path
from dynarena.data.verify import Verdict, compare, mislabelled, states_of
from dynarena.errors import DataError, ResourceError
from dynarena.schema.lock import Lock, TaskLock
from dynarena.suite import home


@dataclass(frozen=True)
class Part:
    """One split of one task: a file."""

    task: TaskLock
    split: str
    path: Path

    @property
    def label(self) -> str:
        """What a progress bar shows."""
        return f"{self.task.system} {self.split}"

    @property
    def expected_bytes(self) -> int:
        """Bytes of the float64 states (videos keep states and are rendered on reading)."""
        split = self.task.splits[self.split]
        per_point = (
            6 * len(self.task.spec["start"]["objects"])
            if self.task.dims[0] == "channel"
            else math.prod(self._state_shape())
        )
        return split.trajectories * split.points * per_point * 8

    def _state_shape(self) -> list[int]:
        """The lengths of one state on disk, of which a model may see a part."""
        if self.task.view is not None:
            return [len(self.task.view.matrix[0])]
        if self.task.inputs or self.task.training is not None:
            return list(frozen_system(self.task, self.split).simulator.shape)
        return self.task.shape


def parts(lock: Lock) -> list[Part]:
    """Every file that the benchmark's data consist of."""
    return [Part(task, name, split_path(lock, task, name)) for task in lock.tasks for name in task.splits]


def build(lock: Lock, *, workers: int = 1, on_part: Callable[[Part], None] = lambda part: None) -> list[Part]:
    """Make every file that is missing or wrong; what is right stays. Each file appears whole or not at all."""
    todo = parts(lock)
    if workers <= 1:
        for part in todo:
            load_split(lock, part.task, part.split)
            on_part(part)
        return todo
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(_build_part, lock, part): part for part in todo}
        for future in as_completed(futures):
            future.result()
            on_part(futures[future])
    return todo


def _build_part(lock: Lock, part: Part) -> None:
    load_split(lock, part.task, part.split)


def verify(lock: Lock) -> Iterator[tuple[Part, Verdict | DataError]]:
    """The verdict on each file, or why it cannot be read."""
    for part in parts(lock):
        try:
            yield part, _verdict(lock, part, read_netcdf(part.path))
        except DataError as error:
            yield part, error


def _verdict(lock: Lock, part: Part, data: xr.Dataset) -> Verdict:
    verdict = compare(data, part.task, part.split)
    states = states_of(data)
    if states is None or verdict.outcome == "different" or len(states) != part.task.splits[part.split].trajectories:
        return verdict
    wrong = mislabelled(data, labelled(lock.id, part.task, part.task.splits[part.split], states))
    return Verdict("different", wrong) if wrong else verdict


def clean(lock: Lock) -> int:
    """Remove the benchmark's data from disk; the bytes freed. Raises ResourceError where something could not go."""
    folder = home() / "data" / lock.id
    freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        fix = "look who owns it, and whether the disk can be written"
        raise ResourceError("some data could not be removed", where=str(folder), fix=fix)
    return freed
