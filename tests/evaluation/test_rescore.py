"""Rescoring: the stored predictions give the same values, and a change of either is seen."""

from __future__ import annotations

import pytest

from dynarena.evaluation.rescore import rescore
from dynarena.evaluation.scoring import Scorer
from dynarena.evaluation.submit import submit


@pytest.fixture
def scored(lock, provider, store, home, nursery, write_model):
    options = {"provider": provider, "home": home}
    submit(write_model(), lock(), store=store, nursery=nursery, **options)
    return lambda frozen=None: rescore(store, frozen or lock(), **options)


def test_stored_predictions_give_the_very_same_values(scored, store):
    before = store.all()
    found = scored()
    assert len(found.same) == 3 and found.changed == [] and found.problems == {}
    assert store.all() == before


def test_a_value_that_was_tampered_with_is_found_and_mended(scored, store):
    true = store.all()[0]
    store.add(true.model_copy(update={"error": [0.0] * 4}))
    found = scored()
    assert [record.id for record in found.changed] == [true.id]
    assert store.get(true.id).error == true.error


def test_changed_or_missing_predictions_are_named(scored, store, home):
    first, second = store.all()[:2]
    path = home / first.predictions["path"]
    path.write_bytes(path.read_bytes() + b"x")
    (home / second.predictions["path"]).unlink()
    found = scored()
    assert "have changed" in found.problems[first.id] and "are gone" in found.problems[second.id]
    assert len(found.same) == 1


def test_a_changed_metric_makes_a_new_record_beside_the_old_one(scored, store, lock, monkeypatch):
    before = {record.id for record in store.all()}
    monkeypatch.setattr(Scorer, "score", lambda self, *given, _real=Scorer.score: _real(self, *given))
    real = Scorer.__init__

    def changed(self, frozen):
        real(self, frozen)
        self.digest = "another"

    monkeypatch.setattr(Scorer, "__init__", changed)
    found = scored()
    assert len(found.same) == 3
    assert before < {record.id for record in store.all()} and len(store.all()) == 6


def test_records_of_another_lock_are_left_alone(scored, lock):
    other = lock().model_copy(update={"about": "changed"})
    found = scored(other)
    assert found.same == found.changed == [] and found.problems == {}
