"""scene_oracle: near the floor of the tracker on smooth scenes and on contacts, finite where nothing is seen."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dynarena.data.generate import trajectories
from dynarena.data.system import System
from dynarena.engines.film.look import look_of
from dynarena.engines.film.sight_errors import sight_errors
from dynarena.evaluation.batch import Batch
from dynarena.schema.task import Channel, Task


def task_of(system: str, resolution: int) -> Task:
    chosen = System(system)
    facts = {"system": system, "parameters": chosen.parameters, "state": list(chosen.simulator.labels)}
    return Task(
        id=f"test@1.0/{system}", ask="forecast", answer="values", dims=("channel", "y", "x"),
        shape=(3, resolution, resolution), channels=tuple(Channel(name) for name in ("red", "green", "blue")), dt=0.1,
        context=4, horizon=8, mean=(0.9,) * 3, std=(0.2,) * 3, facts={**facts, **chosen.spec.scene},
    )  # fmt: skip


def answer(tools, system, frames):
    model = tools.model_class("scene_oracle")()
    values = torch.from_numpy(frames / 255)
    return model.predict(Batch(values), task_of(system, frames.shape[-1]))["values"].numpy()


@pytest.mark.parametrize("system", ["video/free_fall", "video/bouncing_ball", "video/ramp_down"])
def test_it_foretells_scenes_of_every_engine(system, tools):
    clips = trajectories(system, 2, 12, dt=0.1, resolution=64)
    frames, states = clips["frames"].values, clips["state"].values
    told = answer(tools, system, frames[:, :4])
    assert told.shape == frames[:, 4:].shape and told.min() >= 0 and told.max() <= 1
    errors = sight_errors(told, states[:, 4:], look_of(task_of(system, 64).facts))
    assert not (errors.missing & errors.judged).any()
    assert np.hypot(*np.moveaxis(errors.offset, -1, 0))[errors.judged].max() < 0.03


def test_where_nothing_is_seen_the_last_frame_stays(tools):
    blank = np.full((1, 4, 3, 32, 32), 255, np.uint8)
    assert (answer(tools, "video/free_fall", blank) == 1).all()
