from __future__ import annotations

import json

import numpy as np
import pytest

from dynarena.data.tasks import TaskData
from dynarena.schema.lock import Lock
from dynarena.schema.task import Task


def test_context_and_truth_are_one_trajectory_cut_in_two(tiny: Lock) -> None:
    task = next(task for task in tiny.tasks if task.dims[0] == "component" and not task.noise)
    data = TaskData(tiny, task)
    assert data.context.shape == (4, 4, 3)
    assert data.truth["state"].shape == (4, 6, 3)
    assert data.train().shape == (3, 40, 3)
    assert data.truth["time"].values[0] == pytest.approx(4 * task.dt)
    system_step = np.abs(data.truth["state"].values[:, 0] - data.context[:, -1]).max()
    assert 0 < system_step < 10


def test_noise_is_on_what_the_model_sees_and_the_truth_is_clean(tiny: Lock) -> None:
    clean, noisy = (task for task in tiny.tasks if task.dims[0] == "component")
    assert noisy.id == clean.id + "?noise=0.1"
    observed = TaskData(tiny, noisy)
    exact = observed._test["state"].values
    assert np.array_equal(observed.truth["state"].values, exact[:, 4:])
    ratio = (observed.context - exact[:, :4]) / np.asarray(noisy.std)
    assert 0.05 < ratio.std() < 0.15
    assert np.array_equal(observed.context, TaskData(tiny, noisy).context), "the noise is reproducible"


def test_a_video_is_rendered_on_reading(tiny: Lock) -> None:
    task = next(task for task in tiny.tasks if task.dims[0] == "channel")
    data = TaskData(tiny, task)
    assert data.context.shape == (4, 4, 3, 16, 16)
    assert data.context.dtype == np.uint8
    assert data.truth["frames"].shape == (4, 6, 3, 16, 16)
    assert data.truth["state"].dims == ("trajectory", "time", "object", "component")
    assert list(data.truth["key"].values) == list(data._test["key"].values)
    assert data.train().dtype == np.uint8


def test_a_task_is_json_and_comes_back(tiny: Lock) -> None:
    for task in tiny.tasks:
        facts = TaskData(tiny, task).task
        assert Task.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_parameters_stand_in_the_order_of_the_facts(tiny: Lock) -> None:
    data = TaskData(tiny, tiny.tasks[0])
    names = list(data.task.facts["parameters"])
    assert data.parameters[:, names.index("rho")] == pytest.approx(28)
