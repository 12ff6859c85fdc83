"""shock_position_error: steps and tanh fronts at known places, round the box, fields together."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

SHOCK = module("shock_position_error")


def score(forecast, truth, task):
    return SHOCK.metric(dataset(forecast, task), dataset(truth, task), task)


def cells(points, length=1.0):
    return (np.arange(points) + 0.5) * length / points


def line(truth, points, *, length=1.0, end="open", **facts):
    x = cells(points, length)
    return task_for(truth, "pde", grid={"x": x}, lengths=[length], boundary=[end], tags=["shocks"], **facts)


def front(places, points=100, width=0.02, length=1.0):
    """A smoothed step down at each place, [1, time, 1, x]."""
    return (-np.tanh((cells(points, length) - np.asarray(places)[:, None]) / width))[None, :, None]


@pytest.mark.parametrize("length", [1.0, 5.0])
def test_fronts_are_as_far_apart_as_they_stand(length):
    here, there = np.linspace(0.2, 0.5, 7) * length, np.linspace(0.25, 0.7, 7) * length
    truth, forecast = front(here, width=0.02 * length, length=length), front(there, width=0.02 * length, length=length)
    task = line(truth, 100, length=length)
    np.testing.assert_allclose(score(forecast, truth, task)[0], np.abs(there - here) / length, atol=0.001)
    assert (score(truth, truth, task) == 0).all()


def test_a_captured_step_stands_within_half_a_cell():
    truth = np.where(cells(50) < 0.333, 1.0, 0.0)[None, None, None]
    forecast = np.where(cells(50) < 0.541, 1.0, 0.0)[None, None, None]
    assert score(forecast, truth, line(truth, 50))[0, 0] == pytest.approx(0.541 - 0.333, abs=0.02)


def test_periodic_axes_are_measured_the_short_way_and_the_seam_is_an_interval():
    x = cells(64)
    truth = np.where((x > 0.98) | (x < 0.5), 1.0, 0.0) + 0.6 * np.where(x < 0.25, 1.0, 0.0)
    box = line(truth[None, None, None], 64, end="periodic", std=1)
    bump = np.tanh((((x - 0.05) + 0.5) % 1 - 0.5) / 0.01) - np.tanh((((x - 0.55) + 0.5) % 1 - 0.5) / 0.05)
    back = np.roll(bump, -10)
    assert score(back[None, None, None], bump[None, None, None], box)[0, 0] == pytest.approx(10 / 64, abs=1e-9)
    saw = x[None, None, None]  # its only front is the seam itself
    assert score(np.roll(saw, 3, axis=-1), saw, box)[0, 0] == pytest.approx(3 / 64, abs=1e-9)


def test_all_fields_tell_together_in_train_stds_and_units_do_not_matter():
    strong, weak = front([0.3], width=0.01), front([0.7], width=0.1)
    truth = np.concatenate([strong, 1e6 * weak], axis=2)
    task = line(truth, 100)
    assert score(np.concatenate([front([0.4], width=0.01), 1e6 * weak], axis=2), truth, task)[0, 0] == pytest.approx(
        0.1, abs=0.003
    )


def test_a_flat_forecast_is_as_far_as_can_be_and_two_flat_fields_agree():
    truth = front([0.3])
    for end, farthest in (("open", 1.0), ("periodic", 0.5)):
        task = line(truth, 100, end=end)
        assert score(0 * truth, truth, task)[0, 0] == farthest
        assert score(0 * truth, 0 * truth + 1, task)[0, 0] == 0


def test_an_offset_is_out_of_sight_so_it_never_ranks_and_huge_answers_stay_finite():
    truth = front([0.3, 0.4])
    task = line(truth, 100)
    assert score(truth + 5, truth, task) == pytest.approx(np.zeros((1, 2)), abs=1e-9)
    assert SHOCK.perfect is None and SHOCK.guard == "nrmse"
    wild = truth.copy()
    wild[0, 0, 0, 50] = 1e300
    assert np.isfinite(score(wild, truth, task)).all()


def test_it_applies_to_fields_of_one_axis_that_shock():
    truth = front([0.3])
    assert SHOCK.applies(line(truth, 100))
    assert not SHOCK.applies(task_for(truth, "pde"))
    plane = noise("pde2")
    assert not SHOCK.applies(task_for(plane, "pde2", tags=["shocks"]))
