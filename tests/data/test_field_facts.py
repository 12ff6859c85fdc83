"""What a task tells of a field: its box, its walls, its equations."""

from __future__ import annotations

import numpy as np
import pytest

from dynarena.data.benchmarks import load_lock
from dynarena.data.tasks import task_facts
from dynarena.evaluation import fields


def test_a_field_s_task_tells_its_lengths_ends_and_equations() -> None:
    lock = load_lock("pde-forecast", quick=True)
    tasks = {task.system: task_facts(lock, task) for task in lock.tasks}
    task = tasks["pde/burgers_1d"]
    assert task.facts["equations"] == ["-u*dx(u) + nu*lap(u)"]
    assert task.facts["lengths"] == [1.0] and task.facts["boundary"] == ["periodic"]
    assert "1d" in task.facts["tags"]
    (axis,) = fields.axes(tasks["pde/kuramoto_sivashinsky"])
    assert axis.length == 22 and axis.periodic and axis.even and len(axis.points) == 64
    assert axis.widths == pytest.approx(np.full(64, 22 / 64))


def test_a_task_of_some_components_or_blind_tells_no_equations() -> None:
    for name in ("chaos-partial", "chaos-blind"):
        lock = load_lock(name, quick=True)
        assert not task_facts(lock, lock.tasks[0]).facts.get("equations")
