"""Every physical metric of clips on scenes with walls, rods, boxes, scenery: finite, and truth beats a frozen clip."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from video_builders import AXES, forecast_of

from dynarena import engines
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.evaluation.metrics import load_metric, trajectory_values
from dynarena.schema.system import SystemSpec
from dynarena.schema.task import Channel, Task
from dynarena.schema.toml import read_toml
from dynarena.suite import find, items

SCENES = ("kepler", "billiards", "thrown_box", "occluder", "pendulum", "oblique_collision")
OF_PLAIN_DISCS = {
    "centroid_error",
    "velocity_error",
}  # frozen with the first board of video: primary colours, no scenery
PHYSICAL = [
    item.name
    for item in items("metrics")
    if load_metric(item.name).declarations.kind == "physical" and item.name not in OF_PLAIN_DISCS
]


def film(name: str, resolution: int = 64) -> tuple[Task, xr.Dataset, np.ndarray]:
    """Task, truth and the last frame of context, four points in, eight out."""
    spec = read_toml(find("systems", f"video/{name}").path, SystemSpec)
    simulator = engines.find(spec.engine).compile(spec)
    streams = Streams([trajectory_key("scenes", "test", index) for index in range(4)])
    parameters = simulator.parameters(streams, "test")
    states = simulator.run(simulator.start(streams, parameters, "test"), parameters, 0.1, 12)
    frames = simulator.frames(states, parameters, resolution)
    task = Task(
        id=f"test@1.0/video/{name}",
        ask="forecast",
        answer="values",
        dims=("channel", "y", "x"),
        shape=(3, resolution, resolution),
        channels=tuple(Channel(colour) for colour in ("red", "green", "blue")),
        dt=0.1,
        context=4,
        horizon=8,
        mean=(0.9,) * 3,
        std=(0.2,) * 3,
        facts={**spec.scene, "state": list(spec.start.objects), "engine": spec.engine, "timescale": 4.0},
    )
    truth = xr.Dataset(
        {"frames": (AXES, frames[:, 4:]), "state": (("trajectory", "time", "object", "component"), states[:, 4:])}
    )
    return task, truth, frames[:, 3:4]


@pytest.mark.parametrize("name", SCENES)
def test_the_truth_beats_a_frozen_clip_wherever_a_metric_applies(name):
    task, truth, last = film(name)
    frozen = forecast_of(np.repeat(last, 8, axis=1))
    exact = forecast_of(truth["frames"].values)
    judged = []
    for metric in map(load_metric, PHYSICAL):
        if metric.applies(task) and metric.declarations.perfect is not None:
            sign = 1 if metric.declarations.better == "lower" else -1
            true, still = (sign * trajectory_values(metric.score(clip, truth, task)).mean() for clip in (exact, frozen))
            assert true < still, metric.name
            judged.append(metric.name)
    assert {"object_error", "acceleration_error", "state_nrmse", "momentum_drift", "physics_iq"} <= set(judged)
