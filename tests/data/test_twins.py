"""Broken twins: true until the middle, then each breaks what it says, and the pixels show it."""

from __future__ import annotations

import numpy as np
import pytest

from dynarena.data.generate import trajectories
from dynarena.data.twins import FASTER, STRONGER, VIOLATIONS, twins, violations
from dynarena.engines.film.look import look_of
from dynarena.engines.film.sight_errors import sight_errors
from dynarena.errors import UnknownName, UsageError

POINTS, MIDDLE = 16, 8


def pair(system, violation, resolution=64):
    true = trajectories(system, 2, POINTS, dt=0.1, resolution=resolution)
    return true, twins(system, violation, 2, POINTS, resolution=resolution)


@pytest.mark.parametrize("violation", ["gravity", "energy", "vanish"])
@pytest.mark.parametrize("system", ["video/free_fall", "video/bouncing_ball", "video/parabola"])
def test_a_twin_is_true_until_its_middle_and_seen_to_be_broken_after(system, violation):
    true, twin = pair(system, violation)
    assert np.array_equal(true["frames"][:, :MIDDLE], twin["frames"][:, :MIDDLE])
    assert not np.array_equal(true["frames"][:, MIDDLE + 4 :], twin["frames"][:, MIDDLE + 4 :])
    assert twin.attrs["violation"] == violation and twin.attrs["broken_from"] == pytest.approx(0.8)


def test_gravity_and_energy_change_by_what_is_stated():
    true, heavy = pair("video/free_fall", "gravity")
    _, fast = pair("video/free_fall", "energy")
    vy = [data["state"].sel(component="vy").values[0, :, 0] for data in (true, heavy, fast)]
    slopes = [(v[15] - v[10]) / 0.5 for v in vy]
    assert slopes[1] / slopes[0] == pytest.approx(STRONGER)
    assert slopes[2] / slopes[0] == pytest.approx(FASTER**2)


def test_a_swap_exchanges_places_and_costs_the_distance():
    true, twin = pair("video/billiards", "swap", 96)
    one, other = (data["state"].values[:, MIDDLE:, :, :2] for data in (true, twin))
    assert np.array_equal(one[:, :, 0], other[:, :, -1]) and np.array_equal(one[:, :, -1], other[:, :, 0])
    system = trajectories("video/billiards", 1, 2, dt=0.1, resolution=16)
    facts = {"world": 10, "colours": ["red", "blue", "green", "black", "cyan", "magenta"]}
    errors = sight_errors(twin["frames"].values, true["state"].values, look_of(facts))
    away = np.hypot(*np.moveaxis(errors.offset, -1, 0))
    assert away[:, MIDDLE:, [0, -1]].min() > 0.3 > away[:, :MIDDLE].max()
    assert system.sizes["object"] == 6


def test_reversed_clips_of_reversible_scenes_obey_the_law_and_others_do_not():
    _, twin = pair("video/free_fall", "reverse")
    y = twin["state"].sel(component="y").values[0, :, 0]
    assert np.diff(y, n=2) == pytest.approx(np.full(14, -2.5 * 0.01), abs=1e-9)
    _, twin = pair("video/damped_oscillator", "reverse")
    x = twin["state"].sel(component="x", object="ball").values[0]
    v = twin["state"].sel(component="vx", object="ball").values[0]
    energy = v**2 + 2.5**2 * (x - 5.5) ** 2
    assert energy[-1] > energy[0] * 1.2, "a damped swing does not grow"


def test_what_means_nothing_is_refused():
    assert "gravity" not in violations("video/uniform_motion") and "swap" not in violations("video/free_fall")
    assert violations("video/drum") == ["energy", "reverse"]
    assert set(violations("video/parabola")) <= set(VIOLATIONS)
    with pytest.raises(UsageError, match="means nothing"):
        twins("video/free_fall", "swap", 1, 8)
    with pytest.raises(UnknownName, match="Did you mean 'gravity'"):
        twins("video/free_fall", "gravty", 1, 8)
    with pytest.raises(UsageError, match="no scene"):
        twins("chaos/lorenz63", "energy", 1, 8)
    with pytest.raises(UsageError, match="without a middle"):
        twins("video/free_fall", "energy", 1, 3)
