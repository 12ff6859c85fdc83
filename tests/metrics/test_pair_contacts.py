"""contact_time_error, restitution_error, momentum_exchange_error: closed forms of head-on collisions, and cheats."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import module
from video_builders import cheats, clip_task, forecast_of, truth_of

from dynarena.engines.discs_motion import fly
from dynarena.engines.render import render
from dynarena.evaluation.metrics import load_metric

NAMES = ("contact_time_error", "restitution_error", "momentum_exchange_error")
WORST = {"contact_time_error": 1.2, "restitution_error": 2.0, "momentum_exchange_error": 2.0}
MEET = 0.85


def colliding(count=6, *, restitution=1.0, meet=MEET, seed=4):
    """Two discs that meet head-on at time `meet`, [trajectory, time, object, component]; in view throughout."""
    random = np.random.default_rng(seed)
    radius = random.uniform(0.6, 1.0, (count, 2))
    speed = random.uniform(1.0, 2.0, (count, 2)) * [1, -1]
    start = np.zeros((count, 2, 6))
    start[..., 0] = 5.0 + radius * [-1, 1] - speed * meet
    start[..., 1] = 5.0
    start[..., 2] = speed
    start[..., 4], start[..., 5] = radius, radius**2
    return fly(start, np.zeros(count), np.full(count, restitution), 0.1, 16, world=10.0, walls=False)


def score(name, frames, states, resolution=128):
    return module(name).metric(forecast_of(frames), truth_of(states, resolution), clip_task(resolution))


def drawn(states, resolution=128):
    return render(states[:, 4:], resolution, ["red", "blue"])


@pytest.mark.parametrize(("name", "floor"), list(zip(NAMES, (1e-3, 2e-3, 2e-3), strict=True)))
def test_a_perfect_clip_scores_the_floor(name, floor):
    states = colliding()
    value = score(name, drawn(states), states)
    assert value.shape == (6,)
    assert 0 < value.mean() < floor


@pytest.mark.parametrize("name", NAMES)
def test_the_true_clip_beats_every_cheat(name):
    states = colliding()
    true = score(name, drawn(states, 64), states, 64).mean()
    for cheat, frames in cheats(states).items():
        if cheat in ("wrong gravity", "shifted", "teleporting"):  # none changes when and how the discs meet
            continue
        assert score(name, frames, states, 64).mean() > 2 * true, cheat


def turning_at(states, moment):
    """The same discs, sent back by the same laws at another moment: before they touch, or a little too deep."""
    time, path = 0.1 * np.arange(16)[:, None], states.copy()
    way_in, way_out = states[:, :1, :, 2], states[:, -1:, :, 2]
    path[..., 0] = states[:, :1, :, 0] + way_in * np.minimum(time, moment) + way_out * np.maximum(time - moment, 0)
    return path


@pytest.mark.parametrize("later", [-0.31, -0.13, 0.03])
def test_a_contact_that_is_early_or_late_costs_the_delay(later):
    states = colliding()
    value = score("contact_time_error", drawn(turning_at(states, MEET + later)), states)
    assert value == pytest.approx(np.full(6, abs(later)), abs=5e-3)


@pytest.mark.parametrize("restitution", [0.2, 0.6])
def test_a_contact_that_loses_energy_costs_the_difference(restitution):
    """The closed forms: c changes by 1 - e, the impulse by the factor (1 + e) / 2."""
    states = colliding()
    frames = drawn(colliding(restitution=restitution))
    assert score("restitution_error", frames, states) == pytest.approx(np.full(6, 1 - restitution), abs=0.01)
    assert score("momentum_exchange_error", frames, states) == pytest.approx(
        np.full(6, 1 - (1 + restitution) / 2), abs=0.01
    )


def passing(states):
    """Discs that go through each other."""
    path = states.copy()
    path[..., 0] = states[:, :1, :, 0] + states[:, :1, :, 2] * 0.1 * np.arange(16)[:, None]
    path[:, :, 1, 1] += 2.5
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_contact_that_is_not_seen_or_never_was_costs_the_most(name):
    states = colliding()
    ghost = passing(states)
    assert score(name, drawn(ghost), states) == pytest.approx(np.full(6, WORST[name]))
    turned = ghost.copy()
    turned[:, 10:, 0, 1] += 0.3 * np.arange(1, 7)
    assert score(name, drawn(turned), ghost) == pytest.approx(np.full(6, WORST[name]))
    assert score(name, drawn(ghost), ghost).max() == 0


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_averaged(name):
    states = colliding()
    future = drawn(states, 64)
    white = np.full_like(future, 255)
    alone = [score(name, frames, states, 64) for frames in (future, white)]
    assert score(name, np.stack([future, white]), states, 64) == pytest.approx(np.mean(alone, axis=0))


def test_one_disc_has_no_pairs():
    for name in NAMES:
        assert not load_metric(name).applies(clip_task(colours=["red"]))
        assert load_metric(name).applies(clip_task())
