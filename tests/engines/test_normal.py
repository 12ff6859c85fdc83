"""Inverse normals and their logarithm against arbitrary precision."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from dynarena.engines.normal import inverse_normal, log

RNG = np.random.default_rng(7)
PROBABILITIES = np.concatenate([
    RNG.random(300), 10.0 ** -RNG.uniform(0.01, 15.6, 300), 1 - 10.0 ** -RNG.uniform(0.01, 15.6, 100),
    0.5 + RNG.normal(size=50) * 1e-9, (np.arange(4) + 0.5) * 2.0**-52, [0.075, 0.925, 1 - 2.0**-53],
])  # fmt: skip


def test_inverse_normal_has_fourteen_digits_everywhere_that_a_stream_can_reach() -> None:
    with mpmath.workprec(160):
        exact = [mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(float(u)) - 1) for u in PROBABILITIES]
        errors = [abs(mpmath.mpf(float(z)) / x - 1) for z, x in zip(inverse_normal(PROBABILITIES), exact, strict=True)]
    assert max(errors) < 2e-15


def test_logarithm_is_within_one_unit_in_the_last_place() -> None:
    near_one = 1 + RNG.normal(size=300) * 1e-6
    x = np.concatenate([RNG.uniform(1e-16, 1e3, 500), near_one, 10.0 ** RNG.uniform(-300, 300, 200)])
    with mpmath.workprec(160):
        ulps = [
            abs(mpmath.mpf(float(y)) - mpmath.log(float(v))) / float(np.spacing(abs(y)))
            for v, y in zip(x, log(x), strict=True)
        ]
    assert max(ulps) < 1.0


def test_inverse_normal_is_odd_bit_for_bit_where_both_sides_are_representable() -> None:
    u = RNG.integers(1, 2**52, 1000) * 2.0**-53
    assert np.array_equal(inverse_normal(u), -inverse_normal(1 - u))


@pytest.mark.parametrize(("u", "z"), [(0.0, -np.inf), (1.0, np.inf), (0.5, 0.0)])
def test_ends_and_middle(u: float, z: float) -> None:
    assert inverse_normal(u) == z


def test_outside_the_unit_interval_is_nan_and_shape_is_kept() -> None:
    assert np.isnan(inverse_normal([-0.1, 1.1, np.nan])).all()
    assert inverse_normal(np.full((2, 0, 3), 0.5)).shape == (2, 0, 3)
    assert inverse_normal(0.3).shape == ()
