"""validity_rate, area_drift, count_error: counted by hand. They describe; a frozen clip passes them all."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from video_builders import cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.render import render

NAMES = ("validity_rate", "area_drift", "count_error")


def score(name, frames, states, resolution=64):
    return module(name).metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution))


def drawn(future, resolution=64):
    return render(future, resolution, ["red", "blue"])


def test_a_true_and_a_frozen_clip_are_valid_keep_their_areas_and_their_count():
    states = thrown()
    for frames in (drawn(states[:, 4:]), cheats(states)["frozen"]):
        assert (score("validity_rate", frames, states) == 1).all()
        assert score("area_drift", frames, states).max() < 0.03
        assert (score("count_error", frames, states) == 0).all()
    assert all(module(name).perfect is None for name in NAMES)


def test_a_lost_disc_of_two():
    states = thrown()
    lost = states[:, 4:].copy()
    lost[:, 3:, 1, 4] = 0
    frames = drawn(lost)
    gone = np.broadcast_to(np.arange(12) >= 3, (8, 12))
    assert score("validity_rate", frames, states) == pytest.approx(np.where(gone, 0.5, 1.0))
    assert score("area_drift", frames, states) == pytest.approx(np.where(gone, 0.5, 0.0), abs=0.02)
    assert (score("count_error", frames, states) == gone).all()


def test_a_disc_that_grows():
    states = thrown()
    grown = states[:, 4:].copy()
    grown[:, :, 0, 4] *= np.sqrt(1.4)
    assert score("area_drift", drawn(grown, 128), states, 128) == pytest.approx(np.full((8, 12), 0.2), abs=0.01)


def test_a_stranger_and_doubles_are_counted():
    states = thrown()
    assert (score("count_error", cheats(states)["a stranger joins"], states) == 1).all()
    assert (score("validity_rate", cheats(states)["a stranger joins"], states) == 0).all()
    assert (score("count_error", np.full((8, 12, 3, 64, 64), 255, np.uint8), states) == 2).all()


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_averaged(name):
    states = thrown()
    future = drawn(states[:, 4:])
    white = np.full_like(future, 255)
    alone = [score(name, frames, states) for frames in (future, white)]
    assert score(name, np.stack([future, white]), states) == pytest.approx(np.mean(alone, axis=0))
