"""vrmse and vrmse_pooled: the null forecast at 1, loops over points, volumes, one field alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

from dynarena.errors import UnknownName

EACH, POOLED = module("vrmse"), module("vrmse_pooled")
KINDS = ["pde", "pde2", "pde3"]


def score(forecast, truth, task, which=EACH, **parameters):
    return which.metric(dataset(forecast, task), dataset(truth, task), task, **parameters)


def frame_means(truth):
    return np.broadcast_to(truth.mean(axis=tuple(range(3, truth.ndim)), keepdims=True), truth.shape).copy()


@pytest.mark.parametrize("which", [EACH, POOLED])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("amplitude", [1e-8, 1e-4, 1.0, 1e4, 1e8])
def test_the_truth_scores_zero_and_the_space_average_of_each_frame_one(which, kind, amplitude):
    for channels in (1, 2, 5):
        truth = (noise(kind, channels=channels, leads=4) + 3) * amplitude
        task = task_for(truth, kind)
        assert (score(truth, truth, task, which) == 0).all()
        np.testing.assert_allclose(score(frame_means(truth), truth, task, which), 1, rtol=1e-12)


@pytest.mark.parametrize("points", [8, 33, 512])
def test_the_null_forecast_scores_one_at_any_resolution(points):
    truth = np.random.default_rng(0).normal(size=(2, 3, 2, points))
    for which in (EACH, POOLED):
        np.testing.assert_allclose(score(frame_means(truth), truth, task_for(truth, "pde"), which), 1, rtol=1e-12)


def test_an_absolute_epsilon_would_reward_small_amplitudes():
    truth = noise("pde2", channels=1) * 1e-5
    published = np.sqrt(truth.var(axis=(3, 4)) / (truth.var(axis=(3, 4)) + 1e-7))
    assert published.max() < 0.05
    np.testing.assert_allclose(score(frame_means(truth), truth, task_for(truth, "pde2")), 1, rtol=1e-12)


def by_loops(forecast, truth, std):
    """Each field's squared error and squared deviation from its own average, in train variances."""
    pairs = []
    for c, unit in enumerate(std):
        f, u = forecast[c].ravel().tolist(), truth[c].ravel().tolist()
        mean = math.fsum(u) / len(u)
        error = math.fsum(((a - b) / unit) ** 2 for a, b in zip(f, u, strict=True)) / len(u)
        pairs.append((error, math.fsum(((b - mean) / unit) ** 2 for b in u) / len(u)))
    return pairs


def test_they_equal_loops_over_points():
    truth, forecast = noise("pde2", seed=1, leads=3), noise("pde2", seed=2, leads=3)
    task = task_for(truth, "pde2", mean=0, std=[1, 5, 0.2])
    each, pooled = score(forecast, truth, task), score(forecast, truth, task, POOLED)
    for n in range(2):
        for t in range(3):
            pairs = by_loops(forecast[n, t], truth[n, t], task.std)
            assert each[n, t] == pytest.approx(np.mean([math.sqrt(a / b) for a, b in pairs]), rel=1e-12)
            assert pooled[n, t] == pytest.approx(
                math.sqrt(sum(a for a, _ in pairs) / sum(b for _, b in pairs)), rel=1e-12
            )


def test_one_field_alone_is_the_value_of_that_field():
    truth, forecast = noise("pde", seed=1), noise("pde", seed=2)
    task, alone = task_for(truth, "pde"), task_for(truth[:, :, 1:2], "pde")
    np.testing.assert_allclose(
        score(forecast, truth, task, field="c1"), score(forecast[:, :, 1:2], truth[:, :, 1:2], alone), rtol=1e-12
    )
    with pytest.raises(UnknownName, match="c1"):
        score(forecast, truth, task, field="c9")


def test_a_field_with_the_largest_unit_rules_neither():
    truth, forecast = noise("pde", seed=1), noise("pde", seed=2)
    factor = np.array([1e-6, 1, 1e6])[:, None]
    for which in (EACH, POOLED):
        there = score(forecast * factor, truth * factor, task_for(truth * factor, "pde"), which)
        np.testing.assert_allclose(there, score(forecast, truth, task_for(truth, "pde"), which), rtol=1e-9)


def test_a_homogeneous_frame_is_measured_against_a_thousandth_of_train():
    truth = np.ones((1, 2, 1, 16))
    task = task_for(truth, "pde", mean=0, std=1)
    for which in (EACH, POOLED):
        assert score(truth + 1e-3, truth, task, which) == pytest.approx(np.ones((1, 2)))
        assert (score(truth, truth, task, which) == 0).all()


def test_points_that_speak_for_more_space_count_more():
    x = (1 - np.cos(np.pi * np.arange(65) / 64)) / 2  # crowded at the walls
    truth = np.broadcast_to(x, (1, 1, 1, 65)).copy()
    task = task_for(truth, "pde", mean=0, std=1, grid={"x": x}, lengths=[1.0], boundary=["wall"])
    assert score(truth + x**2, truth, task)[0, 0] == pytest.approx(math.sqrt((1 / 5) / (1 / 12)), rel=2e-3)
    flat = task_for(truth, "pde", mean=0, std=1)
    assert abs(score(truth + x**2, truth, flat)[0, 0] - math.sqrt(12 / 5)) > 0.02


def test_a_huge_answer_stays_finite():
    truth = noise("pde")
    forecast = truth.copy()
    forecast[0, 0, 0, 0] = 1e300
    for which in (EACH, POOLED):
        value = score(forecast, truth, task_for(truth, "pde"), which)
        assert np.isfinite(value).all() and value[0, 0] > 1e50
