"""The bands of spectral_error: they add up to the error, in every direction, at any resolution, between walls too."""

from __future__ import annotations

import numpy as np
import pytest
from metric_builders import dataset, module, noise, task_for

BANDS = {name: module(f"spectral_error_{name}") for name in ("low", "mid", "high")}
NRMSE = module("nrmse")


def bands(forecast, truth, task):
    pair = dataset(forecast, task), dataset(truth, task)
    return {name: band.metric(*pair, task) for name, band in BANDS.items()}


def plane(points, length=2 * np.pi):
    x = length * np.arange(points) / points
    return np.meshgrid(x, x, indexing="ij")


def big(kind, seed):
    space = {"pde": (64,), "pde2": (32, 20), "pde3": (28, 8, 9)}[kind]
    return np.random.default_rng(seed).normal(size=(2, 3, 2, *space))


@pytest.mark.parametrize("kind", ["pde", "pde2", "pde3"])
@pytest.mark.parametrize("ends", ["periodic", "reflecting"])
def test_their_squares_add_up_to_the_square_of_nrmse(kind, ends):
    truth, forecast = big(kind, 1), big(kind, 2)
    count = truth.ndim - 3
    task = task_for(truth, kind, boundary=[ends] * count, lengths=[3.0, 2.0, 1.0][:count])
    found = bands(forecast, truth, task)
    whole = NRMSE.metric(dataset(forecast, task), dataset(truth, task), task)
    np.testing.assert_allclose(sum(value**2 for value in found.values()), whole**2, rtol=1e-12)
    assert all((value > 0).all() for value in found.values())


def test_both_diagonals_count_alike_where_a_quadrant_sees_one():
    x, y = plane(32)
    truth = np.sin(x)[None, None, None]
    task = task_for(truth, "pde2", mean=0, std=1)
    rising, falling = 0.1 * np.cos(3 * x + 3 * y), 0.1 * np.cos(3 * x - 3 * y)
    for error in (rising, falling):
        found = bands(truth + error, truth, task)
        assert found["mid"] == pytest.approx([np.sqrt(0.01 / 2 / 0.5)], rel=1e-12)  # |k| = 3 sqrt(2)
        assert max(found["low"][0], found["high"][0]) < 1e-15

    def quadrant(error):
        power = np.abs(np.fft.fft2(error)[:16, :16]) ** 2
        return np.sqrt(power.sum()) / 32**2

    assert quadrant(rising) > 0.01 and quadrant(falling) < 1e-10


@pytest.mark.parametrize("mode,band", [(0, "low"), (3, "low"), (4, "mid"), (11, "mid"), (12, "high"), (30, "high")])
def test_a_wave_falls_in_the_band_of_its_number_at_any_resolution_and_length(mode, band):
    for points, length in ((64, 2 * np.pi), (64, 22.0), (256, 1.0), (255, 7.0)):
        x = length * np.arange(points) / points
        truth = np.sin(2 * np.pi * x / length)[None, None, None]
        task = task_for(truth, "pde", mean=0, std=1, grid={"x": x}, lengths=[length])
        found = bands(truth + 0.2 * np.cos(2 * np.pi * mode * x / length), truth, task)
        expected = 0.2 * (np.sqrt(2) if mode == 0 else 1)
        assert {name: value[0] for name, value in found.items()} == pytest.approx(
            {name: expected * (name == band) for name in BANDS}, abs=1e-12
        )


def test_the_same_error_on_a_finer_grid_is_the_same_in_every_band():
    values = []
    for points in (64, 128):
        x, y = plane(points)
        truth = (np.sin(x) * np.cos(2 * y))[None, None, None]
        error = sum(0.1 * np.cos(p * x + q * y + p) for p, q in ((1, 0), (5, -6), (-14, 3), (20, 20)))
        values.append(np.array(list(bands(truth + error, truth, task_for(truth, "pde2", mean=0, std=1)).values())))
    np.testing.assert_allclose(values[0], values[1], rtol=1e-12)


def test_bands_are_physical_so_a_short_side_holds_few_waves():
    x, y = np.meshgrid(4 * np.arange(64) / 64, np.arange(16) / 16, indexing="ij")
    truth = np.sin(np.pi * x / 2)[None, None, None]
    grid = {"x": x[:, 0], "y": y[0]}
    task = task_for(truth, "pde2", mean=0, std=1, grid=grid, lengths=[4.0, 1.0])
    found = bands(truth + 0.1 * np.cos(2 * np.pi * y), truth, task)  # one wave a short side is four a long one
    assert found["mid"] == pytest.approx([0.1]) and found["low"][0] < 1e-15


def test_between_walls_a_cosine_of_half_waves_is_one_number():
    x = (np.arange(64) + 0.5) / 64
    truth = np.cos(np.pi * x)[None, None, None]
    task = task_for(truth, "pde", mean=0, std=1, grid={"x": x}, lengths=[1.0], boundary=["reflecting"])
    for halves, band in ((7, "low"), (8, "mid"), (23, "mid"), (24, "high")):
        found = bands(truth + 0.1 * np.cos(halves * np.pi * x), truth, task)
        assert found[band] == pytest.approx([0.1]), halves


def test_uneven_points_have_no_waves():
    truth = noise("pde")
    crowded = np.sort(np.random.default_rng(0).random(16))
    assert not BANDS["low"].applies(task_for(truth, "pde", grid={"x": crowded}, lengths=[1.0], boundary=["wall"]))
    assert BANDS["low"].applies(task_for(truth, "pde"))


def test_an_ensemble_answers_by_its_mean_and_a_huge_answer_stays_finite():
    truth = noise("pde")
    task = task_for(truth, "pde")
    both = bands(np.stack([truth - 1, truth + 1]), truth, task)
    assert max(value.max() for value in both.values()) < 1e-12
    huge = truth.copy()
    huge[0, 0, 0, 0] = 1e300
    assert all(np.isfinite(value).all() for value in bands(huge, truth, task).values())
