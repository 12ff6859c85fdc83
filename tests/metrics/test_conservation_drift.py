"""conservation_drift: an oscillator's energy, a field's mean, per-trajectory parameters, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, task_for, waves

from dynarena.errors import EquationError, UsageError

DRIFT = module("conservation_drift")
ENERGY = {"energy": {"expression": "0.5*p**2 + 0.5*k*q**2", "scale": None}}


def oscillator(k, leads=50, dt=0.1):
    """q, p of unit mass and stiffness k, [trajectory, time, 2]."""
    k = np.asarray(k, dtype=float)[:, None]
    t, w = np.arange(leads) * dt, np.sqrt(k)
    return np.stack([np.cos(w * t), -w * np.sin(w * t)], axis=-1)


def energy_task(states, invariants=ENERGY, **parameters):
    return task_for(states, names=("q", "p"), invariants=invariants, parameters=parameters)


def test_the_truth_drifts_by_rounding_only():
    truth = oscillator([4.0, 4.0])
    task = energy_task(truth, k=4.0)
    assert (DRIFT.metric(dataset(truth, task), dataset(truth, task), task) < 1e-14).all()


def test_a_growing_amplitude_drifts_by_its_square():
    truth = oscillator([4.0])
    task = energy_task(truth, k=4.0)
    forecast = truth * np.linspace(1, 1.5, 50)[None, :, None]
    value = DRIFT.metric(dataset(forecast, task), dataset(truth, task), task)
    assert value == pytest.approx([1.5**2 - 1], rel=1e-12)


def test_each_trajectory_uses_its_own_parameters():
    truth = oscillator([1.0, 9.0])
    task = energy_task(truth, k=4.0)
    with_own = DRIFT.metric(dataset(truth, task), dataset(truth, task, k=np.array([1.0, 9.0])), task)
    with_stated = DRIFT.metric(dataset(truth, task), dataset(truth, task), task)
    assert (with_own < 1e-14).all() and (with_stated > 0.1).all()


def test_the_stated_scale_is_used_and_invariants_are_averaged():
    truth = oscillator([1.0])
    laws = {
        "energy": {"expression": "0.5*p**2 + 0.5*q**2", "scale": "5*k"},
        "constant": {"expression": "k + 0*q", "scale": None},
    }
    task = energy_task(truth, laws, k=1.0)
    value = DRIFT.metric(dataset(2 * truth, task), dataset(truth, task), task)
    assert value == pytest.approx([(1.5 / 5 + 0) / 2], rel=1e-12)


def test_the_mean_of_a_field_is_measured_against_its_mean_absolute_value():
    truth = waves(3, 20, seed=0)
    task = task_for(truth, "pde", names=("u",), invariants={"mass": {"expression": "mean(u)"}}, parameters={})
    clean = DRIFT.metric(dataset(truth, task), dataset(truth, task), task)
    size = np.sqrt((np.abs(truth[:, 0]).mean(axis=(1, 2)) ** 2).mean())
    shifted = DRIFT.metric(dataset(truth + 0.3, task), dataset(truth, task), task)
    assert (clean < 1e-14).all()
    np.testing.assert_allclose(shifted, 0.3 / size, rtol=1e-9)
    rounded = DRIFT.metric(dataset(truth.astype(np.float32), task), dataset(truth, task), task)
    assert (rounded < 1e-6).all()


def test_an_invariant_at_every_point_counts_its_worst_point():
    truth = waves(1, 5, seed=0) * 0 + 2.0
    task = task_for(truth, "pde", names=("u",), std=1, invariants={"level": {"expression": "u"}}, parameters={})
    forecast = truth.copy()
    forecast[0, 3, 0, 7] = 3.0
    assert DRIFT.metric(dataset(forecast, task), dataset(truth, task), task) == pytest.approx([0.5])


def test_an_ensemble_scores_the_mean_over_its_members():
    truth = oscillator([1.0, 1.0])
    task = energy_task(truth, k=1.0)
    both = DRIFT.metric(dataset(np.stack([truth, 2 * truth]), task), dataset(truth, task), task)
    assert both == pytest.approx([1.5, 1.5], rel=1e-12)


def test_a_frozen_state_conserves_everything_so_it_never_ranks():
    truth = oscillator([4.0])
    task = energy_task(truth, k=4.0)
    frozen = np.repeat(truth[:, :1], 50, axis=1)
    assert (DRIFT.metric(dataset(frozen, task), dataset(truth, task), task) == 0).all()
    assert DRIFT.perfect is None


def test_a_system_without_invariants_is_refused_in_words():
    truth = oscillator([1.0])
    task = task_for(truth)
    assert not DRIFT.applies(task) and DRIFT.applies(energy_task(truth, k=1.0))
    with pytest.raises(UsageError, match="no invariant"):
        DRIFT.metric(dataset(truth, task), dataset(truth, task), task)


def test_an_unknown_name_is_refused():
    truth = oscillator([1.0])
    task = energy_task(truth, {"energy": {"expression": "mass*p**2"}})
    with pytest.raises(EquationError, match="mass"):
        DRIFT.metric(dataset(truth, task), dataset(truth, task), task)


@pytest.mark.parametrize("hostile", [np.nan, np.inf, 1e300])
def test_a_number_that_is_none_drifts_furthest(hostile):
    truth = oscillator([1.0, 1.0])
    task = energy_task(truth, k=1.0)
    forecast = truth.copy()
    forecast[1, 7, 0] = hostile
    value = DRIFT.metric(dataset(forecast, task), dataset(truth, task), task)
    assert value[0] < 1e-14 and value[1] >= 1e50 and np.isfinite(value).all()
