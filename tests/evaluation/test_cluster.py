"""The same cells on dask: local workers, any scheduler, resources."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import pytest

from dynarena.errors import DataError, ResourceError
from dynarena.evaluation.cluster import require_offered
from dynarena.evaluation.submit import submit

distributed_noise = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


def offering(*resources):
    workers = {f"tcp://{place}": {"resources": offer} for place, offer in enumerate(resources)}
    return SimpleNamespace(
        scheduler_info=lambda n_workers=-1: {"workers": workers}, scheduler=SimpleNamespace(address="tcp://s:1")
    )


def test_a_demand_that_no_worker_offers_fails_at_once_with_advice():
    with pytest.raises(ResourceError) as caught:
        require_offered(offering({"CPU": 2}, {"CPU": 4}), [{"CPU": 1}, {"GPU": 1}])
    assert "GPU=1" in caught.value.what and "--resources" in caught.value.fix and "CPU" in caught.value.got


def test_no_worker_at_all_is_said():
    with pytest.raises(ResourceError) as caught:
        require_offered(offering(), [{"CPU": 1}])
    assert caught.value.got == "no worker"


def test_one_worker_that_offers_is_enough():
    require_offered(offering({"CPU": 1}, {"CPU": 1, "GPU": 1}), [{"GPU": 1}, {"CPU": 1}])


def test_a_scheduler_that_does_not_answer_is_named(lock, provider, store, home, write_model, monkeypatch):
    monkeypatch.setattr("dynarena.evaluation.cluster._CONNECT_S", 0.5)
    with warnings.catch_warnings(), pytest.raises(ResourceError, match="no dask scheduler answers"):
        warnings.simplefilter("ignore")
        submit(write_model(), lock(), provider=provider, store=store, home=home, scheduler="tcp://127.0.0.1:9")
    assert store.all() == []


@distributed_noise
def test_local_workers_give_the_records_of_a_run_without_them(lock, provider, store, home, nursery, write_model):
    path = write_model("if self.task.kind == 'pde': raise ValueError('boo')\n" + write_model.last)
    options = {"provider": provider, "store": store, "home": home}
    spread = submit(path, lock(), workers=1, **options)
    assert [record.status for record in spread] == ["ok", "failed", "ok"], [record.message for record in spread]
    assert len(store.all()) == 3
    for record in store.all():
        store.remove(record.id)
    here = submit(path, lock(), nursery=nursery, **options)
    assert [(record.id, record.values, record.error) for record in here] == [
        (record.id, record.values, record.error) for record in spread
    ]


@pytest.mark.long
@distributed_noise
def test_a_gpu_model_on_a_cluster_without_one_and_data_errors_there(lock, provider, store, home, write_model):
    import distributed

    class Broken(provider):
        def __init__(self, lock, task, *, season="open"):
            if task.system == "chaos/wheel":
                raise DataError("no data")
            super().__init__(lock, task, season=season)

    options = {"provider": Broken, "store": store, "home": home}
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, resources={"CPU": 1}, dashboard_address=None, silence_logs=50
    ) as cluster:
        with pytest.raises(ResourceError, match="GPU=1"):
            submit(write_model(facts="needs_gpu = True"), lock(), scheduler=cluster.scheduler_address, **options)
        with pytest.raises(DataError, match="no data"):
            submit(write_model(), lock(), scheduler=cluster.scheduler_address, **options)
    assert sorted(record.system for record in store.all()) == ["pde/wave", "video/blink"]
