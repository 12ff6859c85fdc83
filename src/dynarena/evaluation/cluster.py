"""The same work on dask: a cluster of this machine's cores, or any scheduler.

Every task names the resource it takes, CPU or GPU, so that none lands where it does not belong; a demand that no worker
offers is refused at once, since dask would wait for ever. A task's key is its record's id and its effects are
idempotent, so dask may run it again when a worker is lost.
"""

from __future__ import annotations

import atexit
import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from dynarena.errors import DynarenaError, ResourceError
from dynarena.evaluation.cell import Provider, Work, run_work
from dynarena.evaluation.nursery import Nursery
from dynarena.evaluation.plan import cell_id
from dynarena.schema.record import Record

_CONNECT_S = 8


class Keeper(Protocol):
    """Takes what comes back."""

    def add(self, records: list[Record]) -> None: ...

    def problem(self, error: DynarenaError) -> None: ...


_nursery: Nursery | None = None


def run_in_worker(work: Work, provider: Provider) -> list[str]:
    """One work in this worker's own nursery; records come back as JSON lines."""
    global _nursery
    if _nursery is None:
        _nursery = Nursery()
        atexit.register(_nursery.close)
    return [record.to_line() for record in run_work(work, provider, _nursery)]


def run_on_cluster(
    works: list[Work], provider: Provider, keep: Keeper, *, workers: int | None = None, scheduler: str | None = None
) -> None:
    """Run all works; each record goes to `keep` as it comes, in any order.

    Raises ResourceError where no scheduler answers or no worker offers a resource that the works need.
    """
    distributed: Any = importlib.import_module("distributed")

    with _client(workers, scheduler) as client:
        demands = [_demand(work) for work in works]
        require_offered(client, demands)
        futures = {
            client.submit(
                run_in_worker, work, provider, key=cell_id(work, work.tasks[0]), resources=demand, pure=False, retries=2
            ): work
            for work, demand in zip(works, demands, strict=True)
        }
        try:
            for future in distributed.as_completed(list(futures), loop=client.loop):
                _collect(future, futures[future], keep)
        except BaseException:
            client.cancel(list(futures), force=True)
            raise


def require_offered(client: Any, demands: Sequence[Mapping[str, float]]) -> None:
    """Raise ResourceError unless some worker offers each demand."""
    offered = [worker.get("resources", {}) for worker in client.scheduler_info(n_workers=-1)["workers"].values()]
    for demand in demands:
        if any(all(offer.get(name, 0) >= amount for name, amount in demand.items()) for offer in offered):
            continue
        wanted = ", ".join(f"{name}={amount:g}" for name, amount in demand.items())
        raise ResourceError(
            f"no worker offers {wanted}",
            where=str(client.scheduler.address),
            expected=f"a worker with the resource {wanted}",
            got="; ".join(sorted({str(dict(offer)) for offer in offered})) or "no worker",
            fix=f'start one with `dynarena worker` or `dask worker ADDRESS --nthreads 1 --resources "{wanted}"`',
        )


@contextmanager
def _client(workers: int | None, scheduler: str | None) -> Iterator[Any]:
    import dask

    distributed: Any = importlib.import_module("distributed")

    if scheduler is not None:
        try:
            client = distributed.Client(scheduler, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            fix = "start one with `dask scheduler`, or give --workers N"
            raise ResourceError("no dask scheduler answers", where=scheduler, got=str(error)[:200], fix=fix) from error
        with client:
            yield client
        return
    settings = {"distributed.worker.daemon": False, "distributed.admin.log-format": "%(message)s"}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=workers or 1,
            threads_per_worker=1,
            processes=True,
            resources={"CPU": 1},
            dashboard_address=None,
            memory_limit=0,
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _demand(work: Work) -> dict[str, float]:
    return {"GPU": 1} if work.device.startswith("cuda") else {"CPU": 1}


def _collect(future: Any, work: Work, keep: Keeper) -> None:
    if future.status == "finished":
        keep.add([Record.from_line(line) for line in future.result()])
        return
    error = future.exception() if future.status == "error" else None
    if isinstance(error, DynarenaError):
        keep.problem(error)
        return
    got = f"{type(error).__name__}: {error}"[:300] if error is not None else future.status
    fix = "look at the worker's log; submit again to go on with this cell"
    keep.problem(ResourceError("a worker was lost", where=work.tasks[0].id, got=got, fix=fix))
