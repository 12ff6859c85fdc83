"""boundary_error: hand-counted faces, weights, where it applies."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

BOUNDARY = module("boundary_error")


def score(forecast, truth, task):
    return BOUNDARY.metric(dataset(forecast, task), dataset(truth, task), task)


def test_on_a_line_it_is_the_root_mean_square_of_the_two_ends():
    truth, forecast = noise("pde", seed=1, channels=1), noise("pde", seed=2, channels=1)
    task = task_for(truth, "pde", std=2, boundary=["open"])
    error = (forecast - truth)[:, :, 0] / 2
    expected = np.sqrt((error[..., 0] ** 2 + error[..., -1] ** 2) / 2)
    np.testing.assert_allclose(score(forecast, truth, task), expected, rtol=1e-12)


def test_in_a_channel_only_the_walls_count():
    truth, forecast = noise("pde2", seed=1), noise("pde2", seed=2)
    task = task_for(truth, "pde2", mean=0, std=1, boundary=["periodic", "wall"])
    square = (forecast - truth) ** 2
    expected = np.sqrt((square[..., 0].mean(axis=(2, 3)) + square[..., -1].mean(axis=(2, 3))) / 2)
    np.testing.assert_allclose(score(forecast, truth, task), expected, rtol=1e-12)
    inside = truth.copy()
    inside[..., 1:-1] += 9
    assert (score(inside, truth, task) == 0).all()


def test_every_face_of_a_box_counts_alike_and_its_points_by_their_share():
    x = np.array([0.0, 0.1, 0.5, 1.0])
    y = (np.arange(8) + 0.5) / 8
    truth = np.zeros((1, 1, 1, 4, 8))
    grid = {"x": x, "y": y}
    task = task_for(truth, "pde2", mean=0, std=1, grid=grid, lengths=[1, 1], boundary=["wall", "wall"])
    forecast = truth.copy()
    forecast[..., 2, 0] = 1  # a point that speaks for (1.0 - 0.1)/2 of one of four faces
    assert score(forecast, truth, task)[0, 0] == pytest.approx(np.sqrt(0.45 / 4))


def test_without_walls_it_does_not_apply():
    truth = noise("pde2")
    assert not BOUNDARY.applies(task_for(truth, "pde2"))
    assert not BOUNDARY.applies(task_for(truth, "pde2", boundary=["periodic", "periodic"]))
    assert BOUNDARY.applies(task_for(truth, "pde2", boundary=["periodic", "open"]))
    assert not BOUNDARY.applies(task_for(noise(), "chaos"))


def test_what_is_right_at_the_walls_alone_is_perfect_so_it_never_ranks():
    assert BOUNDARY.perfect is None and BOUNDARY.guard == "nrmse"
