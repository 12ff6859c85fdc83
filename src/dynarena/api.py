"""What Python users call: a system, a metric, a model's result, a board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dynarena.data.benchmarks import load_lock
from dynarena.data.system import System
from dynarena.data.tasks import TaskData
from dynarena.evaluation.metrics import Metric, load_metric
from dynarena.evaluation.shelf import all_records, user_store
from dynarena.evaluation.submit import Progress, submit
from dynarena.ranking.board import Board, build_board
from dynarena.schema.record import Record
from dynarena.suite import home

if TYPE_CHECKING:
    import pandas as pd


def system(name: str) -> System:
    """A system of the catalogue: `.parameters`, `.computed`, `.rhs`, `.jacobian`, `.simulator`."""
    return System(name)


def metric(name: str) -> Metric:
    """A metric: `.score(forecast, truth, task)`."""
    return load_metric(name)


@dataclass(frozen=True)
class Result:
    """A submission's outcome: its records, and the board that they stand on."""

    records: list[Record]
    board: Board

    @property
    def row(self) -> pd.Series[Any]:
        """The model's row of the board: skill, intervals, place, cost."""
        digest = self.records[0].model.digest
        return self.board.table.set_index("digest", drop=False).loc[digest]

    @property
    def skill(self) -> float:
        """1 - geometric mean of r: 0 is the reference baseline, near 1 the truth."""
        return float(self.row["skill"])


def evaluate(
    model: str | type,
    benchmark: str,
    *,
    quick: bool = False,
    seeds: int | Iterable[int] | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    device: str = "cpu",
    on_progress: Progress | None = None,
) -> Result:
    """Fit, forecast in isolation, score and record a model: a class (a notebook's too), a file, a baseline's name.

    Cells that are done are not run again. Raises UsageError for a wrong request; a model's failures are records.
    """
    lock = load_lock(benchmark, quick=quick)
    records = submit(
        model,
        lock,
        provider=TaskData,
        store=user_store(),
        home=home(),
        seeds=seeds,
        settings=settings,
        workers=workers,
        scheduler=scheduler,
        device=device,
        on_progress=on_progress,
    )
    return Result(records, build_board(all_records(lock.id), lock))


def leaderboard(benchmark: str, *, quick: bool = False) -> pd.DataFrame:
    """The board of a benchmark, one row a model, best first within each class of information."""
    lock = load_lock(benchmark, quick=quick)
    return build_board(all_records(lock.id), lock).table
