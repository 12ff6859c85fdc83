"""What models are given of static problems, of sensors, of tests that differ from train, of systems held out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dynarena.data.asks import input_names, points_of, readings, sensor_places, solved
from dynarena.data.benchmarks import load_lock
from dynarena.data.dataset import to_dataset
from dynarena.data.system import System
from dynarena.data.tasks import TaskData
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.lock import Lock

KEYS = [trajectory_key("asks", index) for index in range(4)]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))


def test_what_stands_on_the_walls_is_an_input_and_the_solution_is_linear_in_it() -> None:
    system = System("helmholtz_gaussians", resolution=12)
    streams = Streams(KEYS)
    parameters = system.simulator.parameters(streams, "test")
    start = system.simulator.start(streams, parameters, "test")
    states = system.simulator.run(start, parameters, 1.0, 2)
    found = solved(system, to_dataset(system, states, parameters, KEYS, 1.0), "test")
    assert input_names(system) == ["a", "b"] and found.shape == (4, 1, 3, 12, 12)
    assert (found[:, 0, 0] == states[:, 1, 0]).all() and (found[:, 0, 2] == states[:, 1, 1]).all()
    walls = found[:, 0, 1]
    assert (walls == walls[:, :1, :1]).all() and len(np.unique(walls[:, 0, 0])) == 4
    assert (walls >= 0.5).all() and (walls <= 1.5).all()
    louder = start.copy()
    louder[:, 1] *= 2
    np.testing.assert_allclose(system.simulator.run(louder, parameters, 1.0, 2)[:, 1, 1], 2 * found[:, 0, 2], rtol=1e-9)


@pytest.mark.parametrize(("name", "inputs"), [("darcy_smooth", ["a"]), ("poisson_gaussians", ["f"])])
def test_what_shows_in_the_fields_is_no_input_of_its_own(name: str, inputs: list[str]) -> None:
    assert input_names(System(name, resolution=8)) == inputs


def test_sensors_are_distinct_differ_between_trajectories_and_fewer_stand_among_more() -> None:
    many, few = sensor_places(KEYS, 20, 64), sensor_places(KEYS, 5, 64)
    assert (few == many[:, :5]).all()
    assert all(len(set(row)) == 20 for row in many.tolist())
    assert not (many[0] == many[1]).all()
    assert (sensor_places(KEYS[2:3], 5, 64)[0] == few[2]).all()
    counts = np.bincount(sensor_places([trajectory_key("s", i) for i in range(2000)], 16, 64).ravel(), minlength=64)
    assert abs(counts - 500).max() < 5 * np.sqrt(500)


def test_readings_are_the_field_at_the_sensors() -> None:
    states = np.random.default_rng(0).normal(size=(4, 3, 2, 6, 5))
    points = points_of({"x": tuple(np.arange(6.0)), "y": tuple(np.arange(5.0))})
    places = sensor_places(KEYS, 7, 30)
    seen = readings(states, places)
    for row in range(4):
        for sensor, (x, y) in enumerate(points[places[row]].astype(int)):
            assert (seen[row, :, :, sensor] == states[row, :, :, x, y]).all()


def test_a_reconstruction_begins_with_what_the_sensors_saw_last() -> None:
    lock = load_lock("pde-sparse", quick=True)
    tasks = [task for task in lock.tasks if task.system == "pde/ape_burgers_1d"]
    seen = []
    for task in tasks:
        data = TaskData(lock, task)
        points, places = data.told["query"], data.told["coords"]
        assert data.task.ask == "reconstruct" and data.task.facts["sensors"] == task.sensors == places.shape[1]
        assert data.context.shape == (20, task.context, 1, task.sensors)
        assert data.truth["state"].shape == (20, task.horizon, *task.shape)
        where = np.array([[int(np.argmin(abs(points[0, :, 0] - x[0]))) for x in row] for row in places])
        first = np.take_along_axis(data.truth["state"].values[:, 0, 0], where, axis=1)
        assert (first == data.context[:, -1, 0]).all()
        assert np.array_equal(data.second_truth()[:, 0], data.truth["state"].values[:, 0])
        seen.append(where)
    assert (seen[2] == seen[0][:, : seen[2].shape[1]]).all()
    assert [task.sensors for task in tasks] == [80, 32, 16]


def test_train_keeps_its_grid_and_step_where_the_test_has_others() -> None:
    lock = load_lock("pde-shift", quick=True)
    by_shift = {task.id.partition("shift=")[2]: task for task in lock.tasks if task.system == "pde/ape_burgers_1d"}
    plain = TaskData(lock, by_shift["none"])
    train, truth = plain.train(), plain.truth["state"].values
    fine, slow, long = (TaskData(lock, by_shift[name]) for name in ("resolution", "step", "horizon"))
    for other in (fine, slow, long):
        assert np.array_equal(other.train(), train)
        assert other.task.training.shape == plain.task.shape and other.task.training.dt == plain.task.dt
    assert fine.task.shape == (1, 640) and fine.truth["state"].shape[-1] == 640
    assert slow.task.dt == pytest.approx(2 * plain.task.dt)
    assert long.task.horizon == 3 * plain.task.horizon and "training" not in plain.task.facts
    spread = train.std()
    assert abs(fine.truth["state"].values[..., ::2] - truth).max() < 0.05 * spread  # the same start on twice the points
    assert np.array_equal(long.truth["state"].values[:, : plain.task.horizon], truth)
    gap = abs(slow.context[:, -1] - plain.context[:, 0]).max()
    assert gap > 0.05 * spread  # twice the step: the context reaches twice as far


def test_held_out_systems_are_marked_and_smaller_trains_are_parts_of_larger() -> None:
    family = load_lock("pde-family", quick=True)
    assert [task.system for task in family.tasks if task.held_out] == ["pde/ape_advection_diffusion_1d"]
    lock = load_lock("pde-samples", quick=True)
    trains = [TaskData(lock, task).train() for task in lock.tasks if task.system == "pde/ape_burgers_1d"]
    assert [len(train) for train in trains] == [1, 8, 64]
    assert np.array_equal(trains[0], trains[2][:1]) and np.array_equal(trains[1], trains[2][:8])


def test_locks_of_before_keep_their_text() -> None:
    task = load_lock("pde-forecast", quick=True).tasks[0].model_dump()
    assert not {"training", "inputs", "sensors", "held_out"} & set(task)
    shifted = load_lock("pde-shift", quick=True)
    assert Lock.model_validate_json(shifted.to_text()).digest == shifted.digest
    assert any("training" in task.model_dump() for task in shifted.tasks)
