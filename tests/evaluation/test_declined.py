"""Tasks that a model is not asked: where the shown state is not the whole one, equations have nothing to go on from."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from dynarena.data.benchmarks import load_lock
from dynarena.data.system import System
from dynarena.engines import find
from dynarena.evaluation.cell import declined
from dynarena.evaluation.loading import locate
from dynarena.schema.variants import read_system
from dynarena.suite import items

ENGINES = sorted(entry.name for entry in entry_points(group="dynarena.engines"))


@pytest.fixture(scope="module")
def task():
    """task(engine): a task of the frozen board of fields, as if that engine had made it."""
    lock = load_lock("pde-forecast", quick=True)

    def of(engine):
        spec = {**lock.tasks[0].spec, "engine": engine}
        return lock, lock.tasks[0].model_copy(update={"spec": spec})

    return of


@pytest.fixture
def model(tmp_path):
    """model(knows, accepts): the source of a model that says so."""

    def of(knows, accepts):
        path = tmp_path / "model.py"
        path.write_text(
            f"from dynarena import Forecaster\nclass M(Forecaster):\n    knows = {knows!r}\n    accepts = {accepts!r}\n"
        )
        return locate(str(path))

    return of


def test_an_engine_continues_exactly_where_the_shown_state_is_the_full_one():
    """One system of each engine, the smallest files first: scenes and chaos compile fastest."""
    seen = {}
    for item in sorted(items("systems"), key=lambda item: item.path.stat().st_size):
        engine = read_system(item.path).engine
        if engine in ENGINES and engine not in seen:
            simulator = System(item).simulator
            seen[engine] = simulator.full_shape == simulator.shape
    assert set(seen) == set(ENGINES)
    assert {engine: find(engine).continues for engine in seen} == seen


@pytest.mark.parametrize("engine", ENGINES)
def test_the_oracle_is_asked_only_where_a_state_rules_the_future(engine, task):
    reason = declined(locate("oracle"), *task(engine))
    assert (reason is None) == (engine not in ("delay", "elliptic", "field_closed_form"))
    if reason is not None:
        assert engine in reason["got"]


@pytest.mark.parametrize("knows", ["nothing", "family"])
def test_a_model_that_does_not_know_the_equations_is_asked_everything(knows, model, task):
    assert [declined(model(knows, {}), *task(engine)) for engine in ENGINES] == [None] * len(ENGINES)


def test_a_model_that_names_its_engines_is_asked_those_alone(model, task):
    for knows in ("nothing", "equations"):
        asked = [e for e in ENGINES if declined(model(knows, {"engines": ["elliptic", "spectral"]}), *task(e)) is None]
        assert asked == ["elliptic", "spectral"]
    assert "'delay'" in declined(model("nothing", {"engines": ["elliptic"]}), *task("delay"))["got"]
