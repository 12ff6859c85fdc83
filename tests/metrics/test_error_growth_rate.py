"""error_growth_rate: an exponential by hand, the exponent of Lorenz's system, what it only describes."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

from dynarena.errors import UsageError

GROWTH = module("error_growth_rate")


def score(forecast, truth, task, **parameters):
    return GROWTH.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


@pytest.mark.parametrize("rate", [-0.5, 1.0, 3.0])
def test_an_exponential_error_has_its_rate_in_timescales(rate):
    truth = noise()
    task = task_for(truth, dt=0.1, timescale=2.0)
    error = 1e-6 * np.exp(rate * 0.05 * np.arange(1, 41))[None, :, None]
    np.testing.assert_allclose(score(truth + error, truth, task), rate, rtol=1e-4)


def lorenz_from(state: np.ndarray, leads: int, dt: float) -> np.ndarray:
    """Lorenz 1963 by classical Runge-Kutta from [trajectory, 3]."""

    def rate(s):
        x, y, z = s.T
        return np.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z], axis=1)

    path = []
    for _ in range(leads):
        a = rate(state)
        b = rate(state + dt / 2 * a)
        c = rate(state + dt / 2 * b)
        state = state + dt / 6 * (a + 2 * b + 2 * c + rate(state + dt * c))
        path.append(state)
    return np.stack(path, axis=1)


def test_a_small_error_in_lorenz_grows_at_the_exponent():
    dt = 0.01
    start = lorenz_from(np.random.default_rng(0).normal(size=(40, 3)) + [0, 0, 25], 2000, dt)[:, -1]
    truth, forecast = lorenz_from(start, 600, dt), lorenz_from(start + 1e-6, 600, dt)
    task = task_for(truth, dt=dt, timescale=1 / 0.9056)
    assert score(forecast, truth, task, span=5).mean() == pytest.approx(1, abs=0.15)


def test_only_the_leads_of_the_span_count():
    truth = noise()
    task = task_for(truth, dt=0.5, timescale=2.0)
    forecast = truth + 1e-3
    late = forecast.copy()
    late[:, 4:] += 100
    np.testing.assert_allclose(score(late, truth, task), score(forecast, truth, task), atol=1e-12)
    assert (score(late, truth, task, span=2) > 1).all()


def test_the_truth_has_no_growth_and_it_never_ranks():
    truth = noise()
    assert np.abs(score(truth, truth, task_for(truth))).max() < 1e-12
    assert GROWTH.perfect is None and GROWTH.kind == "physical"


def test_huge_answers_stay_finite_turns_do_not_matter_and_one_lead_is_refused():
    truth = noise()
    assert np.isfinite(score(np.full_like(truth, 1e300), truth, task_for(truth))).all()
    turned = task_for(truth, angles=(0, 1, 2))
    np.testing.assert_allclose(
        score(truth + 0.1 + 2 * np.pi, truth, turned), score(truth + 0.1, truth, turned), atol=1e-9
    )
    with pytest.raises(UsageError, match="two leads"):
        score(truth[:, :1], truth[:, :1], task_for(truth[:, :1]))
