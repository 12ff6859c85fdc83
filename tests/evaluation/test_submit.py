"""Submitting: what becomes of good models and of every kind of bad one, resuming, progress, devices."""

from __future__ import annotations

import time

import netCDF4
import numpy as np
import pytest

from dynarena.errors import DataError, ResourceError
from dynarena.evaluation.outcome import Limits
from dynarena.evaluation.predictions import file_digest
from dynarena.evaluation.submit import submit

KINDS = ("chaos/wheel", "pde/wave", "video/blink")
QUICK = Limits(timeout_s=1.5, memory_mb=2000)


def test_a_point_a_field_and_a_video_pass_through_the_same_code(run, write_model, store):
    records = run(write_model())
    assert [record.system for record in records] == list(KINDS)
    assert [record.status for record in records] == ["ok"] * 3, [record.message for record in records]
    for record in records:
        assert len(record.error) == 4 and len(record.values["nrmse"]) == 4
        assert len(record.curves["nrmse"]) == 7
        assert record.cost.total_s > 0 and record.cost.fit_s is not None and record.cost.predict_s is not None
        assert record.isolation in ("process", "namespace")
        assert record.environment["numpy"] == np.__version__ and record.hardware["cores"] >= 1
    assert {record.id for record in store.all()} == {record.id for record in records}


def test_persistence_scores_what_its_closed_form_says(run, write_model, provider, lock):
    record = run(write_model(), "chaos/wheel")[0]
    data = provider(lock("chaos/wheel"), lock("chaos/wheel").tasks[0])
    truth = data.truth["state"].values
    last = data.context[:, -1:].astype(np.float32)
    expected = np.sqrt(((last - truth) ** 2).sum(axis=(1, 2)) / (truth**2).sum(axis=(1, 2)))
    assert np.allclose(record.values["nrmse"], expected, rtol=1e-6)
    assert record.error == record.values["nrmse"]


def test_predictions_are_stored_with_their_digest(run, write_model, home):
    record = run(write_model(), "video/blink")[0]
    path = home / record.predictions["path"]
    assert file_digest(path) == record.predictions["sha256"] and path.stat().st_size == int(record.predictions["bytes"])
    with netCDF4.Dataset(path) as stored:
        assert stored["forecast"].shape == (4, 7, 3, 8, 8) and stored["forecast"].dtype == np.float32
        assert stored["forecast"].dimensions == ("trajectory", "time", "channel", "y", "x")


def test_the_model_gets_train_context_parameters_and_facts_of_the_task(run, write_model):
    methods = """
    def fit(self, train, task):
        assert train.dtype == torch.float32 and tuple(train.shape) == (5, 30, 3, 8, 8), train.shape
        assert 0 <= float(train.min()) and 0.9 < float(train.max()) <= 1
        assert task.seed == 3 and task.budget_s == 20 and task.device == "cpu" and task.channels[0].name == "c0"

    def predict(self, given, task):
        assert tuple(given.times[0].tolist()) == (0, 0.25, 0.5, 0.75, 1.0)
        assert given.parameters.flatten().tolist() == [0, 1, 2, 3]
        return super().predict(given, task)
    """
    record = run(write_model(methods=methods), "video/blink", seeds=[3], limits=Limits(timeout_s=20))[0]
    assert record.status == "ok", record.message
    assert record.seed == 3


def test_float64_and_ensembles_are_honoured(run, write_model, home):
    body = "assert context.dtype == torch.float64\nreturn context[None, :, -1:].expand(6, -1, horizon, -1)"
    record = run(write_model(body, facts="dtype = torch.float64\nanswer_samples = 6"), "chaos/wheel")[0]
    assert record.status == "ok", record.message
    with netCDF4.Dataset(home / record.predictions["path"]) as stored:
        assert stored["forecast"].shape == (6, 4, 7, 3) and stored["forecast"].dtype == np.float64


def test_done_cells_are_not_run_again_and_failed_ones_are(run, write_model, tmp_path):
    counter = tmp_path / "counter"
    body = f"""
    open({str(counter)!r}, "a").write(self.task.kind + " ")
    if self.task.kind == "pde" and open({str(counter)!r}).read().count("pde") == 1:
        raise ValueError("first time only")
    {write_model.last}
    """
    path = write_model(body)
    first = run(path, "chaos/wheel", "pde/wave")
    assert [record.status for record in first] == ["ok", "failed"]
    second = run(path, "chaos/wheel", "pde/wave")
    assert [record.status for record in second] == ["ok", "ok"]
    assert counter.read_text().split() == ["chaos", "pde", "pde"]
    assert second[0] == first[0]


def test_changed_source_or_settings_are_another_model(run, write_model, store):
    methods = "def __init__(self, shift=0.0):\n    self.shift = shift"
    path = write_model("return context[:, -1:].expand(-1, horizon, -1) + self.shift", methods=methods)
    run(path, "chaos/wheel")
    run(path, "chaos/wheel", settings={"shift": 0.5})
    records = store.all()
    assert len({record.model.digest for record in records}) == 2
    assert len({record.predictions["path"] for record in records}) == 2
    assert {record.model.settings.get("shift", 0.0) for record in records} == {0.0, 0.5}


def test_an_interrupt_keeps_what_is_finished_and_leaves_no_process(run, write_model, store):
    def stop(record, done, total):
        assert (done, total) == (1, 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(write_model(), on_progress=stop)
    assert len(store.all()) == 1
    assert [record.status for record in run(write_model())] == ["ok"] * 3


def test_every_cell_is_told_with_a_count(run, write_model):
    told = []
    run(write_model(), seeds=2, on_progress=lambda record, done, total: told.append((record.seed, done, total)))
    assert told == [(0, 1, 6), (0, 2, 6), (0, 3, 6), (1, 4, 6), (1, 5, 6), (1, 6, 6)]


def test_tasks_that_a_model_does_not_accept_are_not_applicable_and_never_run(run, write_model):
    facts = 'accepts = {"kinds": ["pde", "video"], "max_axes": 1}'
    records = run(write_model(facts=facts))
    assert [record.status for record in records] == ["not-applicable", "ok", "not-applicable"]
    assert records[0].cost.total_s is None and "chaos" in records[0].message["got"]


def test_a_benchmark_that_fits_once_fits_one_model_for_all_tasks(run, write_model):
    methods = """
    def fit_tasks(self, train):
        self.fits = getattr(self, "fits", 0) + 1
        self.kinds = sorted(task.kind for task, _ in train.values())
    """
    body = f"assert self.fits == 1 and self.kinds == ['chaos', 'pde', 'video']\n{write_model.last}"
    records = run(write_model(body, methods=methods), fit="once")
    assert [record.status for record in records] == ["ok"] * 3, [record.message for record in records]


def test_zero_shot_benchmarks_never_fit(run, write_model):
    methods = "def fit(self, train, task):\n    raise ValueError('fitted')"
    assert run(write_model(methods=methods), "pde/wave", fit="none")[0].status == "ok"


def test_seeds_reach_torch_numpy_and_random(run, write_model):
    body = """
    import random, numpy
    noise = torch.randn(()) + numpy.random.randn() + random.random()
    return context[:, -1:].expand(-1, horizon, -1) + noise
    """
    path = write_model(body)
    first = {record.seed: record.values["nrmse"] for record in run(path, "chaos/wheel", seeds=2)}
    assert first[0] != first[1]
    other = write_model(body, file="other.py")
    again = {record.seed: record.values["nrmse"] for record in run(other, "chaos/wheel", seeds=2)}
    assert again == first


def test_a_gpu_is_refused_at_once_where_there_is_none(run, write_model, monkeypatch):
    monkeypatch.setattr("dynarena.evaluation.plan.gpus", list)
    with pytest.raises(ResourceError, match="no CUDA device"):
        run(write_model(), device="cuda")
    with pytest.raises(ResourceError, match="only on a GPU"):
        run(write_model(facts="needs_gpu = True"))


def test_a_class_of_a_notebook_can_be_submitted(run):
    from dynarena.evaluation.forecaster import Forecaster

    scale = 0.5

    class Halved(Forecaster):
        def forecast(self, context, horizon):
            return scale * context[:, -1:].expand(-1, horizon, *context.shape[2:])

    record = run(Halved, "pde/wave")[0]
    assert record.status == "ok", record.message
    assert record.model.name == "Halved"


def test_data_that_cannot_be_had_stop_neither_the_other_cells_nor_pass_unseen(
    lock, provider, store, home, nursery, write_model
):
    class Broken(provider):
        def __init__(self, lock, task, *, season="open"):
            if task.system == "chaos/wheel":
                raise DataError("no data")
            super().__init__(lock, task, season=season)

    with pytest.raises(DataError, match="no data"):
        submit(write_model(), lock(), provider=Broken, store=store, home=home, nursery=nursery)
    assert sorted(record.system for record in store.all()) == ["pde/wave", "video/blink"]


def test_the_harness_adds_little_to_a_trivial_model(run, write_model):
    run(write_model(), "chaos/wheel")
    paths = [write_model(file=f"m{number}.py") for number in range(4)]
    spent = []
    for path in paths:
        before = time.perf_counter()
        run(path, "chaos/wheel")
        spent.append(time.perf_counter() - before)
    assert min(spent) < 0.6, spent
