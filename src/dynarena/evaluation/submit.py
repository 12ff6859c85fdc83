"""Submit a model: plan its cells, skip those that are done, run the others, keep each record as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dynarena.errors import DynarenaError
from dynarena.evaluation.cell import Provider, Work, run_work
from dynarena.evaluation.loading import ModelSource, locate
from dynarena.evaluation.nursery import Nursery
from dynarena.evaluation.outcome import Limits
from dynarena.evaluation.plan import cell_id, default_limits, plan, require_device, unfinished
from dynarena.evaluation.store import RecordStore, order
from dynarena.schema.lock import Lock
from dynarena.schema.record import Record

Progress = Callable[[Record, int, int], None]


def submit(
    model: str | type | ModelSource,
    lock: Lock,
    *,
    provider: Provider,
    store: RecordStore,
    home: Path,
    seeds: int | Iterable[int] | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    device: str = "cpu",
    season: str = "open",
    limits: Limits | None = None,
    nursery: Nursery | None = None,
    on_progress: Progress | None = None,
) -> list[Record]:
    """The records of all cells of a model on a benchmark, in published order; those done before are not run again.

    `seeds` counts from 0 (the lock's number where None), or lists them. `workers` starts that many local dask workers,
    `scheduler` is the address of a running dask scheduler; without either the cells run one by one from here. Each
    record is stored as soon as it is there, so an interrupted submission resumes at the next cell.
    `on_progress(record, done, total)` is called for each, the ones found included.

    A model's failures are records. Raises UnknownName, UsageError or SchemaError for a wrong reference, ResourceError
    at once where no machine offers what the model needs; a DataError or ResourceError of one cell is raised after the
    others are done.
    """
    source = model if isinstance(model, ModelSource) else locate(model, settings)
    return submit_all(
        [source],
        [lock],
        provider=provider,
        store=store,
        home=home,
        seeds=seeds,
        workers=workers,
        scheduler=scheduler,
        device=device,
        season=season,
        limits=limits,
        nursery=nursery,
        on_progress=on_progress,
    )


def submit_all(
    sources: Sequence[ModelSource],
    locks: Sequence[Lock],
    *,
    provider: Provider,
    store: RecordStore,
    home: Path,
    seeds: int | Iterable[int] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    device: str = "cpu",
    season: str = "open",
    limits: Limits | None = None,
    nursery: Nursery | None = None,
    on_progress: Progress | None = None,
) -> list[Record]:
    """`submit` for every one of the models on every one of the benchmarks, on one set of workers."""
    works: list[Work] = []
    for lock in locks:
        chosen = limits or default_limits(lock, workers or 1)
        for source in sources:
            where = "cuda" if source.needs_gpu and scheduler is not None else device
            if scheduler is None:
                require_device(source, where)
            listed = _seeds(seeds, lock)
            works += plan(source, lock, home=home, seeds=listed, season=season, device=where, limits=chosen)
    todo, records = unfinished(works, store)
    keep = _Keeper(store, on_progress, total=sum(len(work.tasks) for work in works))
    for record in records:
        keep.tell(record)
    if todo and (workers is not None or scheduler is not None):
        from dynarena.evaluation.cluster import run_on_cluster

        run_on_cluster(todo, provider, keep, workers=workers, scheduler=scheduler)
    elif todo:
        _run_here(todo, provider, keep, nursery)
    keep.raise_problem()
    wanted = {cell_id(work, task) for work in works for task in work.tasks}
    return sorted((record for record in keep.records if record.id in wanted), key=order)


class _Keeper:
    """Stores records as they come, counts them, and remembers the first problem that was not a model's."""

    def __init__(self, store: RecordStore, on_progress: Progress | None, total: int) -> None:
        self.records: list[Record] = []
        self._store = store
        self._on_progress = on_progress
        self._total = total
        self._problems: list[DynarenaError] = []

    def tell(self, record: Record) -> None:
        self.records.append(record)
        if self._on_progress is not None:
            self._on_progress(record, len(self.records), self._total)

    def add(self, records: list[Record]) -> None:
        for record in records:
            self._store.add(record)
            self.tell(record)

    def problem(self, error: DynarenaError) -> None:
        self._problems.append(error)

    def raise_problem(self) -> None:
        if self._problems:
            raise self._problems[0]


def _run_here(works: list[Work], provider: Provider, keep: _Keeper, nursery: Nursery | None) -> None:
    own = nursery or Nursery()
    try:
        for work in works:
            try:
                keep.add(run_work(work, provider, own))
            except DynarenaError as error:
                keep.problem(error)
    finally:
        if nursery is None:
            own.close()


def _seeds(seeds: int | Iterable[int] | None, lock: Lock) -> list[int]:
    return list(range(lock.seeds if seeds is None else seeds) if seeds is None or isinstance(seeds, int) else seeds)
