from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynarena.data.benchmarks import read_lock
from dynarena.errors import SchemaError
from dynarena.schema.lock import Lock


def locks(root: Path) -> list[Path]:
    return sorted((root / "benchmarks" / "locks").glob("*.json"))


def test_every_lock_reads_back_to_the_same_text_and_digest(root: Path) -> None:
    assert len(locks(root)) >= 3
    for path in locks(root):
        lock = read_lock(path)
        assert lock.to_text() == path.read_text(), path.name
        assert lock.id == path.stem
        assert lock.digest == Lock.model_validate(json.loads(lock.to_text())).digest


def test_the_order_of_objects_survives_freezing(root: Path) -> None:
    lock = read_lock(root / "benchmarks/locks/video-physics@1.0.quick.json")
    spec = next(task.spec for task in lock.tasks if task.system == "video/elastic_collision")
    reversed_order = {**spec, "start": {**spec["start"], "objects": dict(reversed(spec["start"]["objects"].items()))}}
    tasks = [task.model_copy(update={"spec": reversed_order}) if task.spec == spec else task for task in lock.tasks]
    other = Lock.model_validate(json.loads(lock.model_copy(update={"tasks": tasks}).to_text()))
    kept = next(task.spec for task in other.tasks if task.system == "video/elastic_collision")
    assert list(kept["start"]["objects"]) == list(reversed(spec["start"]["objects"]))
    assert other.digest != lock.digest


def test_a_spoilt_lock_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x@1.0.json"
    for text in ("", "{", "{}", '{"schema": 2}'):
        path.write_text(text)
        with pytest.raises(SchemaError, match="not a lock"):
            read_lock(path)
