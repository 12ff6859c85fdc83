"""Brownian increments: addressed by step, refined by bridges, of the right law."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from dynarena.engines.streams import Streams, trajectory_key


def streams(n: int) -> Streams:
    return Streams([trajectory_key("noise", index) for index in range(n)])


@pytest.mark.parametrize("level", [0, 1, 3])
@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
def test_any_stretch_of_any_batch_is_that_of_the_whole(level: int, shape: tuple[int, ...]) -> None:
    whole = streams(4).increments("w", 0.1, 0, 40, shape, level=level)
    assert whole.shape == (4, 40, *shape)
    for first, n in [(0, 7), (5, 11), (16, 1), (39, 1)]:
        assert np.array_equal(
            streams(4).increments("w", 0.1, first, n, shape, level=level), whole[:, first : first + n]
        )
    assert np.array_equal(streams(1).increments("w", 0.1, 0, 40, shape, level=level), whole[:1])


def test_fine_increments_add_up_to_the_coarse_one() -> None:
    coarse = streams(3).increments("w", 0.5, 10, 20, (2,))
    for level in (1, 2, 5):
        fine = streams(3).increments("w", 0.5, 10 * 2**level, 20 * 2**level, (2,), level=level)
        assert np.abs(fine.reshape(3, 20, 2**level, 2).sum(axis=2) - coarse).max() < 1e-14


@pytest.mark.parametrize("level", [0, 1, 4])
def test_increments_are_independent_normals_with_the_variance_of_their_step(level: int) -> None:
    drawn = streams(8).increments("w", 0.3, 0, 4096, level=level) / np.sqrt(0.3 / 2**level)
    assert stats.kstest(drawn.ravel(), "norm").pvalue > 0.001
    bound = 4 / np.sqrt(drawn.size)
    for lag in (1, 2, 3):
        assert abs(np.mean(drawn[:, lag:] * drawn[:, :-lag])) < bound
    assert abs(np.mean(drawn[0] * drawn[1])) < 4 / np.sqrt(4096)


def test_names_steps_and_keys_have_increments_of_their_own() -> None:
    one = streams(2).increments("w", 1.0, 0, 100, (2,))
    assert len(np.unique(np.concatenate([one, streams(2).increments("v", 1.0, 0, 100, (2,))]))) == 2 * one.size


def test_a_linear_equation_driven_by_them_converges_to_its_solution_on_the_same_path() -> None:
    """dx = -x dt + dW from 0: Euler's scheme at two levels of one path nears exp's sum at order one."""
    errors = []
    for level in (2, 5):
        n, h = 64 * 2**level, 1 / 16 / 2**level
        noise = streams(64).increments("w", 1 / 16, 0, n, level=level)
        fine = streams(64).increments("w", 1 / 16, 0, 64 * 2**9, level=9)
        x, exact = np.zeros(64), np.zeros(64)
        for step in range(n):
            x = x - h * x + noise[:, step]
        small = 1 / 16 / 2**9
        for step in range(fine.shape[1]):
            exact = exact * np.exp(-small) + np.exp(-small / 2) * fine[:, step]
        errors.append(np.sqrt(np.mean((x - exact) ** 2)))
    assert np.log2(errors[0] / errors[1]) / 3 == pytest.approx(1.0, abs=0.15)
