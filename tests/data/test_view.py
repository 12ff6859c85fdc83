"""What models see through a view, and that nothing else leaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dynarena.data.splits import load_split
from dynarena.data.system import System
from dynarena.data.tasks import TaskData
from dynarena.data.verify import compare
from dynarena.data.view import first_components, mixture, seen
from dynarena.errors import SchemaError, UsageError
from dynarena.evaluation.freeze import freeze
from dynarena.schema.lock import Lock, TaskLock, ViewLock
from dynarena.suite import find

HEAD = """schema = 1
version = "0.1"
title = "Hidden"
systems = ["chaos/rossler"]
[protocol]
dt = 0.2
train = { trajectories = 3, points = 40 }
context = { points = 4 }
horizon = { points = 6 }
"""
METRICS = '[metrics]\nprimary = "nrmse"\n'


def frozen(
    folder: Path, monkeypatch: pytest.MonkeyPatch, protocol: str, metrics: str = METRICS, head: str = HEAD
) -> Lock:
    (folder / "s" / "benchmarks" / "locks").mkdir(parents=True, exist_ok=True)
    (folder / "s" / "benchmarks" / "hidden.toml").write_text(head + protocol + metrics)
    monkeypatch.setenv("DYNARENA_SUITE", str(folder / "s"))
    monkeypatch.setenv("DYNARENA_HOME", str(folder / "home"))
    return freeze(find("benchmarks", "hidden"))


TEST = "test = { trajectories = 5 }\n"


@pytest.fixture
def blind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lock]:
    yield frozen(tmp_path, monkeypatch, TEST + "blind = true\nnoise = [0.01]\n")


def test_one_observed_component_is_the_first_and_all_that_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = frozen(tmp_path, monkeypatch, TEST + "observed = 1\n")
    task = lock.tasks[0]
    data = TaskData(lock, task)
    whole = load_split(lock, task, "test")["state"].values
    assert data.context.shape == (5, 4, 1) and data.truth["state"].shape == (5, 6, 1)
    assert np.array_equal(data.context, whole[:, :4, :1])
    assert np.array_equal(data.truth["state"].values, whole[:, 4:, :1])
    assert [channel.name for channel in data.task.channels] == ["x"] == list(data.truth["component"].values)
    assert data.task.facts["invariants"] == {} and data.task.facts["state"] == ["x"]
    second = data.second_truth()
    assert np.allclose(second, data.truth["state"].values, atol=1e-8)
    assert compare(load_split(lock, task, "train"), task, "train").outcome == "identical"


def test_a_blind_task_tells_neither_name_nor_units_nor_clock(blind: Lock) -> None:
    task = TaskData(blind, blind.tasks[0]).task
    told = json.dumps(task.to_json())
    for secret in ("rossler", "Rössler", "parameters", '"a"', '"x"', "engine", "period"):
        assert secret not in told
    assert task.facts["timescale"] == 1 and task.dt == pytest.approx(0.2 / blind.tasks[0].timescale)


def test_a_blind_state_is_a_mixture_of_all_components_in_float32(blind: Lock) -> None:
    task = blind.tasks[0]
    data = TaskData(blind, task)
    assert task.view is not None and np.abs(task.view.matrix).min() > 0
    whole = load_split(blind, task, "test")["state"].values
    expected = np.einsum("ij,ntj->nti", np.array(task.view.matrix), whole) + task.view.offset
    assert np.allclose(data.truth["state"].values, expected[:, 4:], rtol=1e-12)
    assert np.allclose(data.second_truth(), expected[:, 4:], atol=1e-8)
    assert np.array_equal(data.context, data.context.astype(np.float32))
    noise = (data.context - expected[:, :4]) / task.std
    assert 0.005 < noise.std() < 0.02
    train = load_split(blind, task, "train")["state"].values
    turned = np.array(task.view.matrix) * train.std(axis=(0, 1))
    turned /= np.sqrt((turned**2).sum(axis=1, keepdims=True))
    assert np.allclose(turned @ turned.T, np.eye(3), atol=1e-9)


def test_a_mixture_is_drawn_from_its_key_alone_and_can_be_undone() -> None:
    system, mean, std = System("lorenz63"), np.array([0.0, 0, 23]), np.array([8.0, 9, 8.6])
    one, same, other = (mixture(system, key, mean, std) for key in ("a", "a", "b"))
    assert one == same != other
    states = np.random.default_rng(0).normal(size=(4, 6, 3)) * std + mean
    back = np.linalg.solve(np.array(one.matrix), (seen(one, states) - one.offset)[..., None])[..., 0]
    assert np.allclose(back, states, atol=1e-9)


def test_angles_are_neither_mixed_nor_counted_as_observed() -> None:
    pendulum = System("chaos/double_pendulum")
    with pytest.raises(UsageError, match="theta1"):
        mixture(pendulum, "k", np.zeros(4), np.ones(4))
    assert first_components(pendulum, 1).matrix == [[0, 0, 1, 0]]
    with pytest.raises(UsageError, match="too few"):
        first_components(pendulum, 3)


def test_noise_lengths_and_splits_share_their_starts_and_longer_trains_begin_with_shorter_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = 'test = { trajectories = 5, split = ["test", "ood_start"] }\nnoise = [0.0, 0.1]\ntrain_lengths = [1, 3]\n'
    lock = frozen(tmp_path, monkeypatch, split)
    names = [task.id.partition("rossler")[2] for task in lock.tasks]
    assert names[:4] == ["?train=1", "?train=3", "?noise=0.1&train=1", "?noise=0.1&train=3"]
    assert names[4] == "?split=ood_start&train=1" and len(names) == 8
    short, long, noisy = (load_split(lock, lock.tasks[k], "train")["state"].values for k in (0, 1, 2))
    assert long.shape[1] == pytest.approx(3 * short.shape[1], abs=2)
    assert np.array_equal(long[:, : short.shape[1]], short) and np.array_equal(noisy, short)
    assert lock.tasks[0].splits["test"].digest == lock.tasks[2].splits["test"].digest
    assert lock.tasks[0].splits["test"].digest != lock.tasks[4].splits["test"].digest


def test_a_board_of_laws_alone_keeps_its_horizon_beyond_the_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = HEAD.replace("points = 6", "points = 400").replace("rossler", "lorenz63")
    lock = frozen(tmp_path, monkeypatch, TEST, '[metrics]\nprimary = "state_space_divergence"\n', long)
    assert lock.tasks[0].statistical and lock.tasks[0].horizon == 400
    assert lock.tasks[0].horizon * lock.tasks[0].dt > 0.5 * lock.tasks[0].certificate["0.1"]
    assert not frozen(tmp_path, monkeypatch, TEST).tasks[0].statistical


def test_a_lock_frozen_before_views_keeps_its_text() -> None:
    plain = {"id": "a", "system": "s", "system_digest": "", "spec": {}, "dims": ["component"], "shape": [1],
             "channels": [], "dt": 1.0, "context": 1, "horizon": 1, "period": None, "timescale": 1.0, "mean": [0.0],
             "std": [1.0], "splits": {}, "floor": 0.0, "reference": 1.0}  # fmt: skip
    assert not {"view", "statistical"} & set(TaskLock(**plain).model_dump())
    hidden = TaskLock(**plain, view=ViewLock(matrix=[[1.0]], offset=[0.0]), statistical=True)
    assert TaskLock(**hidden.model_dump()) == hidden


def test_blind_and_observed_exclude_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SchemaError, match="either observed or blind"):
        frozen(tmp_path, monkeypatch, TEST + "observed = 1\nblind = true\n")
