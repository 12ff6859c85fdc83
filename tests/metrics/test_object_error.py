"""object_error: what centroid_error says of discs, and more: scenery, shapes, hidden and twin objects."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from metric_builders import module
from video_builders import cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.film.components import COMPONENTS, LIGHT
from dynarena.engines.film.look import look_of
from dynarena.engines.render import render
from dynarena.schema.task import Task

OBJECT, CENTROID = module("object_error"), module("centroid_error")


def both(frames, states, resolution=64):
    given = forecast_of(frames), truth_of(states, resolution), clip_task(resolution)
    return OBJECT.metric(*given), CENTROID.metric(*given)


def test_of_discs_it_is_centroid_error_whatever_is_predicted():
    states = thrown(4)
    for name, frames in {"truth": render(states[:, 4:], 64, ["red", "blue"]), **cheats(states)}.items():
        ours, theirs = both(frames, states)
        assert ours == pytest.approx(theirs, abs=5e-3), name


def task_of(resolution=64, **facts) -> Task:
    task = clip_task(resolution)
    return Task(**{**task.__dict__, "facts": {"world": 10, "timescale": 4.0, **facts}})


def scene(*rows, **facts):
    """A task and its truth of one clip from rows [time, component] of each object."""
    states = np.stack(rows, axis=1)[None]
    look = look_of({"world": 10, **facts})
    frames = look.frames(states, {}, 64)
    truth = xr.Dataset({
        "frames": (("trajectory", "time", "channel", "y", "x"), frames),
        "state": (("trajectory", "time", "object", "component"), states),
    })  # fmt: skip
    return task_of(**facts), truth, look


def row(x, y, radius=0.0, width=0.0, height=0.0):
    """An object [time, component] from places over time."""
    out = np.zeros((len(x), len(COMPONENTS)))
    out[:, 0], out[:, 1], out[:, 4], out[:, 8], out[:, 9], out[:, LIGHT] = x, y, radius, width, height, 1.0
    return out


def test_behind_a_screen_nothing_is_judged_and_after_it_everything():
    x = np.linspace(1, 9, 17)
    task, truth, look = scene(
        row(x, 5 + 0 * x, 0.7), row(5 + 0 * x, 5 + 0 * x, 0, 3, 10),
        colours=["red", "grey"], shapes=["disc", "box"], scenery=["object1"], state=["object0", "object1"],
    )  # fmt: skip
    value = OBJECT.metric(forecast_of(truth["frames"].values), truth, task)
    assert value.max() < 5e-3
    gone = truth["state"].values.copy()
    gone[:, 8:, 0, LIGHT] = 0
    value = OBJECT.metric(forecast_of(look.frames(gone, {}, 64)), truth, task)
    assert value[0, -1] == 5.0 and value[0, 0] < 5e-3


def test_a_box_shifted_costs_its_shift_and_scenery_costs_nothing():
    x = np.linspace(3, 6, 8)
    facts = {"colours": ["black", "red"], "shapes": ["rod", "box"], "scenery": ["object0"]}
    task, truth, look = scene(row(5 + 0 * x, 3 + 0 * x, 0, 8, 0.3), row(x, 4.2 + 0 * x, 0, 2, 1), **facts)
    moved = truth["state"].values.copy()
    moved[:, :, 1, 0] += 0.4
    moved[:, :, 0, 1] -= 2.0
    value = OBJECT.metric(forecast_of(look.frames(moved, {}, 64)), truth, task)
    assert value == pytest.approx(np.full((1, 8), 0.4), abs=5e-3)


def test_it_applies_where_something_is_tracked():
    assert OBJECT.applies(task_of(colours=["red"]))
    assert not OBJECT.applies(task_of(colours=["red"], scenery=["object0"]))
    assert not OBJECT.applies(task_of(colours=["red"], shade="x"))
    assert not OBJECT.applies(task_of())
