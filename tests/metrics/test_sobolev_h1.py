"""sobolev_h1: closed forms of waves, a sum over modes, walls, climatology."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import climatology, dataset, module, noise, task_for

H1 = module("sobolev_h1")


def score(forecast, truth, task):
    return H1.metric(dataset(forecast, task), dataset(truth, task), task)


def line(points, length=2 * np.pi):
    return length * np.arange(points) / points


@pytest.mark.parametrize("points", [16, 24, 25, 128])
@pytest.mark.parametrize("length", [1.0, 2 * np.pi, 22.0])
def test_a_wave_counts_by_one_plus_the_square_of_its_number_at_any_resolution_and_length(points, length):
    x = line(points, length)
    turn = 2 * np.pi / length * x
    truth = np.cos(2 * turn)[None, None, None]
    task = task_for(truth, "pde", mean=0, std=1, grid={"x": x}, lengths=[length])
    value = score(truth + 0.1 * np.sin(5 * turn), truth, task)
    assert value == pytest.approx([0.1 * np.sqrt((1 + 25) / (1 + 4))], rel=1e-12)


def test_it_is_a_sum_over_modes_in_two_dimensions_with_unequal_sides():
    truth, forecast = noise("pde2", seed=1, leads=3), noise("pde2", seed=2, leads=3)
    lengths, n = (4.0, 1.0), 8
    grid = {"x": line(n, 4.0), "y": line(n, 1.0)}
    task = task_for(truth, "pde2", mean=0, std=[1, 2, 3], grid=grid, lengths=list(lengths))

    def norm(a):
        total = 0.0
        for p in range(n):
            for q in range(n):
                phase = np.exp(-2j * np.pi * (p * np.arange(n)[:, None] + q * np.arange(n)) / n)
                amplitude = (a * phase).mean(axis=(-2, -1)) / np.array(task.std)
                k = [2 * np.pi * min(m, n - m) / side for m, side in zip((p, q), lengths, strict=True)]
                total += (np.abs(amplitude) ** 2).mean() * (1 + (4 / 2 / np.pi) ** 2 * (k[0] ** 2 + k[1] ** 2))
        return total

    expected = [np.sqrt(norm(f - u) / norm(u)) for f, u in zip(forecast, truth, strict=True)]
    np.testing.assert_allclose(score(forecast, truth, task), expected, rtol=1e-12)


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3"])
@pytest.mark.parametrize("amplitude", [1e-8, 1.0, 1e8])
def test_the_truth_scores_zero_and_climatology_exactly_one(kind, amplitude):
    for channels in (1, 3):
        truth = amplitude * (noise(kind, channels=channels, leads=3) + 2)
        task = task_for(truth, kind)
        assert (score(truth, truth, task) == 0).all()
        np.testing.assert_allclose(score(climatology(truth, task), truth, task), 1, rtol=1e-14)


def test_rough_errors_weigh_more_than_smooth_ones_of_equal_size():
    x = line(64)
    truth = np.sin(x)[None, None, None]
    task = task_for(truth, "pde", mean=0, std=1)
    assert score(truth + 0.1 * np.sin(20 * x), truth, task) > 10 * score(truth + 0.1 * np.sin(x), truth, task)


def test_a_wave_of_two_points_is_seen():
    truth = np.zeros((1, 1, 1, 16)) + np.sin(line(16))
    zigzag = 0.1 * (-1.0) ** np.arange(16)
    expected = np.sqrt(0.01 * (1 + 64) / (0.5 * 2))
    assert score(truth + zigzag, truth, task_for(truth, "pde", mean=0, std=1)) == pytest.approx([expected], rel=1e-12)


def test_slopes_between_walls_converge_with_the_square_of_the_spacing():
    errors = []
    for points in (33, 65):
        x = (1 - np.cos(np.pi * np.arange(points) / (points - 1))) / 2
        truth = np.sin(3 * x)[None, None, None]
        task = task_for(truth, "pde", mean=0, std=1, grid={"x": x}, lengths=[1.0], boundary=["wall"])

        def norm(rate):
            fine = (np.arange(200_000) + 0.5) / 200_000
            return (np.sin(rate * fine) ** 2).mean() + (rate * np.cos(rate * fine)) @ (rate * np.cos(rate * fine)) / (
                200_000 * (2 * np.pi) ** 2
            )

        exact = 0.1 * np.sqrt(norm(7) / norm(3))
        errors.append(abs(score(truth + 0.1 * np.sin(7 * x), truth, task)[0] - exact))
    assert 3 < errors[0] / errors[1] < 5


def test_the_curve_has_the_value_as_its_root_mean_square():
    truth, forecast = noise("pde", seed=1), noise("pde", seed=2)
    task = task_for(truth, "pde")
    curve = H1.curve(dataset(forecast, task), dataset(truth, task), task)
    np.testing.assert_allclose(np.sqrt((curve**2).mean(axis=1)), score(forecast, truth, task), rtol=1e-12)


def test_a_huge_answer_stays_finite():
    truth = noise("pde")
    forecast = truth.copy()
    forecast[0, 0, 0, 0] = 1e300
    value = score(forecast, truth, task_for(truth, "pde"))
    assert np.isfinite(value).all() and value[0] > 1e50
