"""What a cell of a trivial model costs: the harness's own time."""

from __future__ import annotations

import pytest

from dynarena.data.benchmarks import load_lock
from dynarena.data.tasks import TaskData
from dynarena.evaluation.cell import run_work
from dynarena.evaluation.loading import locate
from dynarena.evaluation.nursery import Nursery
from dynarena.evaluation.plan import plan


@pytest.fixture(scope="module")
def nursery():
    with Nursery() as shared:
        shared.start()
        yield shared


@pytest.mark.parametrize("benchmark_name", ["chaos-forecast", "pde-forecast", "video-physics"])
def test_a_cell_of_persistence(benchmark, benchmark_name, nursery, tmp_path):
    lock = load_lock(benchmark_name, quick=True)
    work = plan(locate("persistence"), lock, home=tmp_path, seeds=[0])[0]

    data = TaskData(lock, work.tasks[0])  # in memory before: regenerating it is not the harness's time
    train, _, _ = data.train(), data.context, data.truth
    data.train = lambda: train  # type: ignore[method-assign]
    (record,) = benchmark(lambda: run_work(work, lambda *given, **season: data, nursery))
    assert record.status == "ok", record.message
