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


SLOW = """
import time

from dynarena import Forecaster


class Slow(Forecaster):
    def forecast(self, context, horizon):
        time.sleep(2)
        return context[:, -1:].repeat_interleave(horizon, dim=1)
"""


@pytest.mark.parametrize("benchmark_name", ["chaos-forecast", "pde-forecast", "video-physics"])
def test_the_share_of_the_harness_where_a_model_takes_two_seconds(benchmark, benchmark_name, nursery, tmp_path):
    (tmp_path / "slow.py").write_text(SLOW)
    lock = load_lock(benchmark_name, quick=True)
    work = plan(locate(str(tmp_path / "slow.py")), lock, home=tmp_path, seeds=[0])[0]
    TaskData(lock, work.tasks[0]).train()  # regenerated and kept before; reading it again is the harness's time
    benchmark.pedantic(lambda: run_work(work, TaskData, nursery), rounds=3, warmup_rounds=1)
    benchmark.extra_info["harness share"] = round(1 - 2 / benchmark.stats.stats.median, 3)
