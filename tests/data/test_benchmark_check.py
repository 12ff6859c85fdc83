from __future__ import annotations

from dynarena.evaluation.freeze import differences
from dynarena.schema.lock import Lock


def test_a_lock_is_recomputed_from_its_draft_and_every_difference_is_named(tiny: Lock) -> None:
    assert differences(tiny) == []
    first, *others = tiny.tasks
    split = first.splits["test"]
    spoilt = split.model_copy(update={"hashes": [*split.hashes[:2], "0" * 64, *split.hashes[3:]]})
    task = first.model_copy(update={"floor": first.floor + 1e-3, "splits": {**first.splits, "test": spoilt}})
    found = differences(tiny.model_copy(update={"tasks": [task, *others]}))
    assert {entry["where"] for entry in found} == {"tasks[0].floor", "tasks[0].splits.test.hashes[2]"}
