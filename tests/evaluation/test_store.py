"""The store: whole files or none, union, conflicts, hostile lines, a full disk."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynarena.errors import DataError, ResourceError
from dynarena.evaluation.store import RecordStore, from_jsonl, merge, to_jsonl, write_jsonl
from dynarena.schema.record import Card, Cost, Record


def record(task: str = "a", seed: int = 0, value: float = 0.5, **changes: object) -> Record:
    facts = {
        "task": f"toy@1.0/chaos/{task}",
        "benchmark": "toy@1.0",
        "system": f"chaos/{task}",
        "model": Card(name="m", digest="d"),
        "seed": seed,
        "lock_digest": "l",
        "scorer_digest": "s",
        "data_digest": "x",
        "status": "ok",
        "error": [value],
        "values": {"nrmse": [value]},
    }
    return Record(**{**facts, **changes})


def test_a_record_comes_back_as_it_was(store):
    kept = record(cost=Cost(fit_s=0.1), hardware={"gpu": []}, message={"what": "ü\n"})
    path = store.add(kept)
    assert path.name == f"{kept.id}.json" and store.get(kept.id) == kept and store.all() == [kept]
    assert store.get("0" * 64) is None


def test_adding_again_replaces_and_removing_forgets(store):
    store.add(record(status="failed", error=[], values={}))
    store.add(record())
    assert [kept.status for kept in store.all()] == ["ok"]
    store.remove(record().id)
    store.remove(record().id)
    assert store.all() == []


def test_records_are_found_by_benchmark_model_and_task(store):
    other = record(benchmark="toy@2.0", task="b")
    for kept in (record(), other, record(seed=1, model=Card(name="n", digest="e"))):
        store.add(kept)
    assert [kept.system for kept in store.find(benchmark="toy@2.0")] == ["chaos/b"]
    assert len(store.find(model="n")) == len(store.find(model="e")) == 1
    assert len(store.find(benchmark="toy@1.0", model="m", task="toy@1.0/chaos/a")) == 1
    assert len(store.find()) == 3


def test_a_full_disk_loses_nothing_and_leaves_no_half_file(store, monkeypatch):
    store.add(record())
    real = Path.write_text

    def full(self, text, **options):
        real(self, text[: len(text) // 2], **options)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    for new in (record("b"), record(value=0.9)):
        with pytest.raises(ResourceError, match="No space left") as caught:
            store.add(new)
        assert "nothing written was lost" in caught.value.fix
    monkeypatch.undo()
    assert store.all() == [record()]
    assert [path.name for path in store.folder.iterdir()] == [f"{record().id}.json"]


@pytest.mark.parametrize("content", [b'{"task": 1', b"\xff\xfe\x00", b"", None, b"another record"])
def test_a_broken_file_in_the_store_is_named_and_stops_nothing(store, caplog, content):
    store.add(record())
    broken = store.folder / f"{record('b').id}.json"
    if content is None:
        broken.mkdir()
    else:
        broken.write_bytes(record("c").to_line().encode() if content == b"another record" else content)
    assert store.all() == store.find() == [record()]
    assert store.get(record("b").id) is None
    assert str(broken) in caplog.text and caplog.text.count("left out") == 1
    if content is not None:
        store.add(record("b"))
        assert len(store.all()) == 2


def test_the_published_form_is_sorted_and_round_trips(tmp_path):
    records = [record("b"), record("a", seed=1), record("a", seed=0)]
    write_jsonl(tmp_path / "r.jsonl", records)
    again = from_jsonl(tmp_path / "r.jsonl")
    assert [(kept.system, kept.seed) for kept in again] == [("chaos/a", 0), ("chaos/a", 1), ("chaos/b", 0)]
    assert to_jsonl(reversed(records)) == (tmp_path / "r.jsonl").read_text() == to_jsonl([*records, *records])


@pytest.mark.parametrize(
    ("line", "telling"),
    [
        ("not json", "not a record"),
        ("[1, 2]", "not a record"),
        ("null", "not a record"),
        ("[" * 100_000, "not a record"),
        ('{"task": 1}', "not a record"),
        ("NaN", "not a record"),
    ],
)
def test_a_hostile_line_is_named_with_file_and_line(tmp_path, line, telling):
    path = tmp_path / "r.jsonl"
    path.write_text(record().to_line() + "\n\n" + line + "\n")
    with pytest.raises(DataError, match=telling) as caught:
        from_jsonl(path)
    assert f"{path}, line 3" in caught.value.where and caught.value.fix


@pytest.mark.parametrize(("field", "value"), [("status", "won"), ("extra", 1), ("error", ["x"]), ("seed", None)])
def test_a_wrong_field_of_a_line_is_named(tmp_path, field, value):
    content = json.loads(record().to_line()) | {field: value}
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps(content))
    with pytest.raises(DataError) as caught:
        from_jsonl(path)
    assert f"line 1, key '{field}" in caught.value.where


def test_binary_and_missing_files_are_refused(tmp_path):
    (tmp_path / "r.jsonl").write_bytes(b"\xff\xfe\x00")
    for name in ("r.jsonl", "none.jsonl"):
        with pytest.raises(DataError, match="cannot be read"):
            from_jsonl(tmp_path / name)


def test_two_values_under_one_key_are_a_conflict_and_in_neither_part():
    merged = merge([record(value=0.5), record("b")], [record(value=0.6)])
    assert [kept.system for kept in merged.records] == ["chaos/b"]
    (conflict,) = merged.conflicts
    assert conflict.id == record().id and set(conflict.fields) == {"error", "values"} and len(conflict.records) == 2


def test_cost_machine_and_time_do_not_make_a_conflict():
    other = record(cost=Cost(fit_s=9.0), created="2030", environment={"python": "4"}, hardware={"cpu": "z"})
    assert merge([record()], [other]).records == [record()]
    assert merge([record()], [other]).conflicts == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.sampled_from([0.1, 0.2])), max_size=8),
    st.randoms(),
)
def test_merging_is_union_whatever_the_order_and_grouping(cells, random):
    records = [record(task, seed, error) for task, seed, error in cells]
    shuffled = random.sample(records, len(records))
    half = len(records) // 2
    whole, parts = merge(records), merge(shuffled[:half], shuffled[half:])
    assert whole.records == parts.records
    assert [conflict.id for conflict in whole.conflicts] == [conflict.id for conflict in parts.conflicts]
    assert {kept.id for kept in records} == {kept.id for kept in whole.records} | {c.id for c in whole.conflicts}


def test_a_store_of_nothing_is_empty(tmp_path):
    assert RecordStore(tmp_path / "none").all() == []
