"""Operator, Reconstructor, FamilyForecaster: what they are handed, what they hand back, and what is not for whom."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch

from dynarena import (
    Batch,
    FamilyForecaster,
    Forecaster,
    Model,
    NotApplicable,
    Operator,
    Reconstructor,
    Task,
)
from dynarena.errors import UsageError
from dynarena.evaluation.cell import declined
from dynarena.evaluation.loading import locate
from dynarena.evaluation.reconstructor import nearest_points, wrapped
from dynarena.schema.task import Channel


class Stored:
    def __init__(self, values: torch.Tensor) -> None:
        self.values = values

    def tensor(self) -> torch.Tensor:
        return self.values


def field_task(ask: str = "forecast", name: str = "a", **facts: Any) -> Task:
    return Task(
        id=f"b@1/pde/{name}", ask=ask, answer="values", dims=("field", "x", "y"), shape=(1, 4, 6),
        channels=(Channel("u"),), dt=0.1, context=3, horizon=2, mean=(0.0,), std=(1.0,),
        grid={"x": tuple(i / 4 for i in range(4)), "y": tuple(i / 6 for i in range(6))},
        facts={"lengths": [1.0, 1.0], "boundary": ["periodic", "open"], **facts},
    )  # fmt: skip


class Twice(Operator):
    def fit(self, inputs, solutions, task):
        self.shapes = (inputs.shape, solutions.shape)

    def solve(self, inputs):
        return 2 * inputs[:, :1]


def test_an_operator_gets_inputs_and_solutions_apart_and_answers_one_state() -> None:
    task = field_task("operator", inputs=[{"name": "a"}, {"name": "b"}])
    task = dataclasses.replace(task, horizon=1)
    model, pairs = Twice(), torch.randn(5, 1, 3, 4, 6)
    model.fit_tasks({task.id: (task, Stored(pairs))})
    assert model.shapes == ((5, 2, 4, 6), (5, 1, 4, 6))
    inputs = torch.randn(7, 1, 2, 4, 6)
    answer = model.predict(Batch(inputs), task)["values"]
    assert answer.shape == (7, 1, 1, 4, 6) and (answer[:, 0] == 2 * inputs[:, 0, :1]).all()


def test_an_operator_s_ensemble_keeps_its_leading_axis() -> None:
    class Members(Operator):
        def solve(self, inputs):
            return torch.stack([inputs[:, :1], -inputs[:, :1]])

    task = dataclasses.replace(field_task("operator", inputs=[{"name": "a"}]), horizon=1)
    assert Members().predict(Batch(torch.randn(7, 1, 1, 4, 6)), task)["values"].shape == (2, 7, 1, 1, 4, 6)


class Places(Reconstructor):
    def reconstruct(self, readings, sensors, query):
        return query.sum(-1)[:, None, None].expand(-1, self.task.horizon, 1, -1)


def test_a_reconstruction_is_laid_on_the_grid_point_by_point() -> None:
    task = field_task("reconstruct", sensors=5)
    x, y = torch.meshgrid(*(torch.tensor(axis) for axis in task.grid.values()), indexing="ij")
    query = torch.stack([x.flatten(), y.flatten()], dim=1).expand(3, -1, -1)
    batch = Batch(torch.randn(3, 3, 1, 5), coords=query[:, :5], query=query)
    answer = Places().predict(batch, task)["values"]
    assert answer.shape == (3, 2, 1, 4, 6) and torch.allclose(answer[0, 0, 0], x + y)
    with pytest.raises(UsageError, match="no sensors"):
        Places().predict(Batch(batch.values), task)


def test_distances_go_the_short_way_round_periodic_axes_only() -> None:
    task = field_task()
    apart = wrapped(torch.tensor([[0.9, 0.9], [-0.6, 0.2]]), task)
    assert torch.allclose(apart, torch.tensor([[-0.1, 0.9], [0.4, 0.2]]))
    found = nearest_points(torch.tensor([[0.99, 0.99], [0.26, 0.16]]), task)
    assert found.tolist() == [0 * 6 + 5, 1 * 6 + 1]


class Family(FamilyForecaster):
    def fit(self, family):
        self.seen = [(task.id, tuple(train.shape)) for task, train in family]

    def forecast(self, context, horizon):
        assert self.task.id not in [name for name, _ in self.seen]
        return context[:, -1:].repeat_interleave(horizon, dim=1)


def test_a_family_is_fitted_together_and_asked_about_another() -> None:
    train = {f"b@1/pde/{name}": (field_task(name=name), Stored(torch.randn(2, 5, 1, 4, 6))) for name in "ab"}
    model = Family()
    model.fit_tasks(train)
    assert model.seen == [("b@1/pde/a", (2, 5, 1, 4, 6)), ("b@1/pde/b", (2, 5, 1, 4, 6))]
    assert model.predict(Batch(torch.randn(3, 3, 1, 4, 6)), field_task(name="c"))["values"].shape == (3, 2, 1, 4, 6)


def test_a_model_of_one_system_is_not_applicable_where_many_are_fitted_once() -> None:
    class Fits(Forecaster):
        def fit(self, train, task):
            raise AssertionError("fitted")

    class Never(Forecaster):
        pass

    train = {name: (field_task(name=name), Stored(torch.zeros(1))) for name in "ab"}
    with pytest.raises(NotApplicable, match="single system"):
        Fits().fit_tasks(train)
    Never().fit_tasks(train)


class Plain(Model):
    pass


class Any2(Model):
    accepts = {"asks": ["operator", "reconstruct"]}


@pytest.mark.parametrize(
    ("model", "asks"),
    [(Twice, {"operator"}), (Places, {"reconstruct"}), (Family, {"forecast"}), (Plain, {"forecast"}),
     (Any2, {"operator", "reconstruct"})],
)  # fmt: skip
def test_an_adapter_says_what_it_can_be_asked(model, asks, lock) -> None:
    source = locate(model)
    for ask in ("forecast", "operator", "reconstruct"):
        frozen = lock("pde/wave").model_copy(update={"ask": ask})
        reason = declined(source, frozen, frozen.tasks[0])
        assert (reason is None) == (ask in asks)


@pytest.mark.parametrize(("base", "ask"), [("Operator", "operator"), ("Reconstructor", "reconstruct")])
def test_a_file_says_it_too_without_being_run(base, ask, tmp_path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        f"import dynarena as d\nraise SystemExit\nclass First(d.{base}):\n    pass\nclass Mine(First):\n    pass\n"
    )
    assert locate(f"{path}:Mine").ask == ask


def test_held_out_tasks_come_without_train(run, lock, provider, store, home, nursery, write_model) -> None:
    from dynarena.evaluation.submit import submit

    path = write_model(methods="""
    def fit_tasks(self, train):
        self.known = sorted(train)
    """, body=f"assert self.known == ['toy@1.0/chaos/wheel']\n{write_model.last}")  # fmt: skip
    frozen = lock("chaos/wheel", "pde/wave", fit="once")
    tasks = [frozen.tasks[0], frozen.tasks[1].model_copy(update={"held_out": True})]
    frozen = frozen.model_copy(update={"tasks": tasks})
    records = submit(path, frozen, provider=provider, store=store, home=home, nursery=nursery)
    assert [record.status for record in records] == ["ok", "ok"], [record.message for record in records]
