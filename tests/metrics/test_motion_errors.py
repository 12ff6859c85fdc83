"""acceleration_error, state_nrmse, law_residual, parameter_error, flow_endpoint_error: closed forms and floors."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from video_builders import GRAVITY, cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.discs_motion import fly
from dynarena.engines.render import render

NAMES = ("acceleration_error", "state_nrmse", "law_residual", "parameter_error", "flow_endpoint_error")
LEADS = 0.1 * np.arange(1, 13)


def score(name, frames, states, resolution=128):
    return module(name).metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution))


def drawn(future, resolution=128):
    return render(future, resolution, ["red", "blue"])


def shifted(states, path):
    """The future with every disc moved along x by `path` [time]."""
    future = states[:, 4:].copy()
    future[..., 0] += np.asarray(path)[:, None]
    return future


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("acceleration_error", 0.15),
        ("state_nrmse", 5e-4),
        ("law_residual", 0.15),
        ("parameter_error", 1e-3),
        ("flow_endpoint_error", 0.02),
    ],
)
def test_a_perfect_clip_scores_the_floor(name, floor):
    states = thrown()
    assert 0 < score(name, drawn(states[:, 4:]), states).mean() < floor


@pytest.mark.parametrize("name", NAMES)
def test_the_true_clip_beats_every_cheat(name):
    states = thrown()
    true = score(name, drawn(states[:, 4:], 64), states, 64).mean()
    for cheat, frames in cheats(states).items():
        assert score(name, frames, states, 64).mean() > 2 * true, cheat


@pytest.mark.parametrize("name", NAMES)
def test_to_vanish_costs_most(name):
    states = thrown()
    white = score(name, np.full((8, 12, 3, 64, 64), 255, np.uint8), states, 64)
    for frames in cheats(states).values():
        assert (score(name, frames, states, 64) <= white + 1e-9).all()


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_averaged(name):
    states = thrown()
    future = drawn(states[:, 4:], 64)
    white = np.full_like(future, 255)
    alone = [score(name, frames, states, 64) for frames in (future, white)]
    assert score(name, np.stack([future, white]), states, 64) == pytest.approx(np.mean(alone, axis=0))


def test_a_force_too_many_costs_its_size_and_half_of_it_where_it_begins():
    states = thrown()
    value = score("acceleration_error", drawn(shifted(states, 0.5 * 0.8 * LEADS**2)), states)
    assert value[:, 0] == pytest.approx(np.full(8, 0.4), abs=0.1)
    assert value[:, 1:].mean(axis=1) == pytest.approx(np.full(8, 0.8), abs=0.1)


def test_a_clip_under_another_gravity_breaks_the_law_by_the_difference():
    """The reference: the closed form of free fall from the last context frame."""
    states = thrown()
    other = fly(states[:, 3], np.full(8, GRAVITY + 1.0), np.ones(8), 0.1, 13, world=10.0, walls=False)[:, 1:]
    value = score("law_residual", drawn(other), states)
    assert value[:, 1:8].mean() == pytest.approx(1.0, abs=0.1)


def test_a_clip_that_obeys_the_law_on_another_path_pays_only_where_it_leaves_the_context():
    states = thrown()
    value = score("law_residual", drawn(shifted(states, 0.5 * LEADS)), states)
    assert value[:, 0].mean() == pytest.approx(5.0, abs=0.2)
    assert value[:, 2:8].mean() < 0.2


def test_places_are_measured_in_spreads():
    states = thrown()
    future = states[:, 4:, :, :2]
    spread = np.sqrt(((future - future.mean(axis=1, keepdims=True)) ** 2).sum(axis=-1).mean())
    value = score("state_nrmse", drawn(shifted(states, np.full(12, 0.3))), states)
    assert value == pytest.approx(np.full((8, 12), 0.3 / spread), rel=0.01)


def test_recovered_parameters_agree_with_a_polynomial_fit():
    """The reference: numpy's polynomial fit to the way by which the paths differ."""
    states = thrown()
    path = 0.3 * LEADS + 0.5 * 0.6 * LEADS**2
    value = score("parameter_error", drawn(shifted(states, path)), states)
    half, speed, _ = np.polynomial.polynomial.polyfit(LEADS, path, 2)[::-1]
    way = np.hypot(*np.moveaxis(np.diff(states[:, 3:, :, :2], axis=1) / 0.1, -1, 0)).mean(axis=1)
    expected = ((abs(speed) + abs(2 * half) * LEADS[-1] / 2) / way).mean(axis=-1)
    assert value == pytest.approx(expected, rel=0.02)


def test_flow_agrees_with_a_loop_over_pixels():
    states = thrown(1)
    future = shifted(states, 2.0 * LEADS)
    value = score("flow_endpoint_error", drawn(future, 64), states, 64)[0, 6]
    paths = [states[0, :, :, :2], np.concatenate([states[0, :4, :, :2], future[0, :, :, :2]])]
    radius, pixel, apart = states[0, 0, :, 4], 10 / 64, []
    for row in range(64):
        for column in range(64):
            here = np.array([(column + 0.5) * pixel, 10 - (row + 0.5) * pixel])
            over = [[np.hypot(*(path[10, k] - here)) <= radius[k] for k in range(2)] for path in paths]
            steps = [path[10] - path[9] for path in paths]
            flow = [
                step[1] if on[1] else step[0] if on[0] else np.zeros(2) for on, step in zip(over, steps, strict=True)
            ]
            if any(over[0]) or any(over[1]):
                apart.append(np.hypot(*(flow[1] - flow[0])) / pixel)
    assert value == pytest.approx(np.mean(apart), rel=0.03)


def test_frames_in_which_the_truth_is_cut_are_not_judged():
    states = thrown(4)
    states[:, 9:, 0, 0] = 9.9
    lost = states[:, 4:].copy()
    lost[:, 5:, 0, 4] = 0
    for name, floor in (("acceleration_error", 0.3), ("state_nrmse", 0.01), ("parameter_error", 0.01)):
        assert score(name, drawn(lost), states).max() < floor, name
