from __future__ import annotations

from pathlib import Path

import pytest

from dynarena.evaluation.shelf import all_records, user_store
from dynarena.evaluation.store import write_jsonl
from dynarena.schema.record import Card, Record


def record(model: str, error: float) -> Record:
    return Record(
        task="b@1.0/chaos/x", benchmark="b@1.0", system="chaos/x", model=Card(name=model, digest="d"),
        lock_digest="l", scorer_digest="s", data_digest="t", status="ok", error=[error],
    )  # fmt: skip


def test_own_records_stand_before_published_ones_of_the_same_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = tmp_path / "lab"
    write_jsonl(suite / "leaderboard/records/a/b@1.0.jsonl", [record("a", 0.5)])
    write_jsonl(suite / "leaderboard/records/c/b@1.0.jsonl", [record("c", 0.5)])
    monkeypatch.setenv("DYNARENA_SUITE", str(suite))
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))
    assert {(r.model.name, r.error[0]) for r in all_records("b@1.0")} == {("a", 0.5), ("c", 0.5)}
    user_store().add(record("a", 0.25))
    assert {(r.model.name, r.error[0]) for r in all_records("b@1.0")} == {("a", 0.25), ("c", 0.5)}
    assert all_records("b@2.0") == []
