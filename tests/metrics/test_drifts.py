"""momentum_drift, angular_momentum_drift, energy_drift: against the sums over exact states, floors and cheats."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from video_builders import GRAVITY, cheats, clip_task, forecast_of, thrown, truth_of

from dynarena.engines.render import render

NAMES = ("momentum_drift", "angular_momentum_drift", "energy_drift")


def score(name, frames, states, resolution=128):
    return module(name).metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution))


def drawn(future, resolution=128):
    return render(future, resolution, ["red", "blue"])


def pushed(states, speed=(0.4, -0.2)):
    """The future in which the first disc is faster by `speed` from the last context frame on."""
    future = states[:, 4:].copy()
    future[:, :, 0, :2] += 0.1 * np.arange(1, 13)[:, None] * np.asarray(speed)
    return future


def steps(states):
    """Places and mean velocities [trajectory, time, object, 2] of the horizon, from the exact states."""
    path = states[..., :2]
    return path[:, 4:], np.diff(path, axis=1)[:, 3:] / 0.1


def altered(states):
    return np.concatenate([states[:, :4], pushed(states)], axis=1)


def momentum(states):
    return (states[:, :1, :, 5, None] * steps(states)[1]).sum(axis=-2)


def angular_momentum(states):
    place, speed = steps(states)
    arm = place - 5.0
    return (states[:, :1, :, 5] * (arm[..., 0] * speed[..., 1] - arm[..., 1] * speed[..., 0])).sum(axis=-1)


def energy(states):
    place, speed = steps(states)
    return (states[:, :1, :, 5] * ((speed**2).sum(axis=-1) / 2 + GRAVITY * place[..., 1])).sum(axis=-1)


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_clip_scores_the_floor(name):
    states = thrown()
    assert 0 < score(name, drawn(states[:, 4:]), states).mean() < 2e-3


@pytest.mark.parametrize("name", NAMES)
def test_the_true_clip_beats_every_cheat(name):
    states = thrown()
    true = score(name, drawn(states[:, 4:], 64), states, 64).mean()
    for cheat, frames in cheats(states).items():
        assert score(name, frames, states, 64).mean() > 2 * true, cheat


def test_momentum_is_the_sum_over_the_exact_states():
    states = thrown()
    mass, speed = states[:, :1, :, 5], steps(states)[1]
    scale = (mass * np.hypot(speed[..., 0], speed[..., 1])).sum(axis=-1).mean(axis=-1)
    gained = momentum(altered(states)) - momentum(states)
    expected = np.hypot(gained[..., 0], gained[..., 1]) / scale[:, None]
    assert score("momentum_drift", drawn(pushed(states)), states) == pytest.approx(expected, abs=5e-3)


def test_angular_momentum_is_the_sum_over_the_exact_states():
    states = thrown()
    place, speed = steps(states)
    arm = np.hypot(*np.moveaxis(place - 5.0, -1, 0)) * np.hypot(*np.moveaxis(speed, -1, 0))
    scale = (states[:, :1, :, 5] * arm).sum(axis=-1).mean(axis=-1)
    expected = np.abs(angular_momentum(altered(states)) - angular_momentum(states)) / scale[:, None]
    assert score("angular_momentum_drift", drawn(pushed(states)), states) == pytest.approx(expected, abs=5e-3)


def test_energy_is_the_sum_over_the_exact_states():
    states = thrown()
    mass, speed = states[:, :1, :, 5], steps(states)[1]
    scale = (mass * (speed**2).sum(axis=-1) / 2).sum(axis=-1).mean(axis=-1)
    expected = np.abs(energy(altered(states)) - energy(states)) / scale[:, None]
    assert score("energy_drift", drawn(pushed(states)), states) == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_disc_costs_the_most(name):
    states = thrown()
    lost = states[:, 4:].copy()
    lost[:, :, 1, 4] = 0
    assert (score(name, drawn(lost, 64), states, 64) == 4.0).all()


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_averaged(name):
    states = thrown()
    future = drawn(pushed(states), 64)
    alone = [score(name, frames, states, 64) for frames in (future, np.full_like(future, 255))]
    both = score(name, np.stack([future, np.full_like(future, 255)]), states, 64)
    assert both == pytest.approx(np.mean(alone, axis=0))
