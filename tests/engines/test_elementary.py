"""Elementary functions of our own against arbitrary precision."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from dynarena.engines import elementary
from dynarena.engines.elementary_growth import expm1

RNG = np.random.default_rng(3)
ANGLES = np.concatenate([
    RNG.uniform(-8, 8, 300), RNG.uniform(-1.6e6, 1.6e6, 200), np.arange(-300, 300, 7) * (math.pi / 2),
    np.arange(1, 40) * (math.pi / 4), RNG.normal(size=50) * 1e-6, 10.0 ** RNG.uniform(-300, 0, 20),
])  # fmt: skip
REALS = np.concatenate([RNG.uniform(-3, 3, 300), RNG.uniform(-700, 700, 100), RNG.normal(size=50) * 1e-8])
UNIT = np.concatenate([RNG.uniform(-1, 1, 300), 1 - 10.0 ** -RNG.uniform(1, 16, 50), RNG.normal(size=50) * 1e-9])
POSITIVE = np.concatenate([RNG.uniform(0, 3, 300), 10.0 ** RNG.uniform(-320, 300, 200), 1 + RNG.normal(size=50) * 1e-5])
CASES = {
    "sin": (ANGLES, 1), "cos": (ANGLES, 1), "tan": (ANGLES, 2), "asin": (UNIT, 2), "acos": (UNIT, 2.5),
    "atan": (REALS, 1.5), "exp": (REALS, 1), "log": (POSITIVE, 1),
    "sqrt": (POSITIVE, 0.5), "sinh": (REALS, 2), "cosh": (REALS, 1.5),
    "tanh": (REALS, 2), "expm1": (REALS, 1.5),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_error_in_units_in_the_last_place(name: str) -> None:
    points, bound = CASES[name]
    function = elementary.FUNCTIONS.get(name, expm1)
    worst = 0.0
    with mpmath.workprec(200):
        for x in points.tolist():
            exact = getattr(mpmath, name)(mpmath.mpf(x))
            unit = float(np.spacing(abs(float(exact))))
            worst = max(worst, float(abs(mpmath.mpf(function(x)) - exact)) / unit)
    assert worst <= bound


ENDS = {
    "sin": [(0.0, 0.0), (math.inf, math.nan), (2e6, math.nan)], "cos": [(0.0, 1.0), (-math.inf, math.nan)],
    "exp": [(-800.0, 0.0), (800.0, math.inf), (0.0, 1.0), (math.nan, math.nan), (-math.inf, 0.0)],
    "log": [(0.0, -math.inf), (-1.0, math.nan), (math.inf, math.inf), (1.0, 0.0)],
    "sqrt": [(-1.0, math.nan), (4.0, 2.0)], "tanh": [(100.0, 1.0), (-math.inf, -1.0), (math.nan, math.nan)],
    "atan": [(math.inf, math.pi / 2), (-math.inf, -math.pi / 2), (math.nan, math.nan)],
    "asin": [(1.0, math.pi / 2), (1.1, math.nan)], "acos": [(-1.0, math.pi), (-1.1, math.nan)],
    "sinh": [(-800.0, -math.inf), (710.0, math.sinh(710.0))], "cosh": [(800.0, math.inf)],
    "abs": [(-2.0, 2.0)], "sign": [(-3.0, -1.0), (0.0, 0.0), (5.0, 1.0), (math.nan, math.nan)],
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_ends_of_the_domain(name: str) -> None:
    for x, expected in ENDS[name]:
        assert elementary.FUNCTIONS[name](x) == pytest.approx(expected, rel=1e-15, nan_ok=True)


def test_smaller_and_larger_take_the_other_only_where_it_is_beyond() -> None:
    assert elementary.smaller(1.0, 2.0) == 1.0 and elementary.larger(1.0, 2.0) == 2.0
    assert math.isnan(elementary.smaller(math.nan, 1.0))


def test_arrays_have_the_same_bits_as_single_numbers_at_any_length() -> None:
    for name, function in elementary.array_functions().items():
        points = UNIT[:101] if name in ("asin", "acos") else np.abs(REALS[:101])
        single = [elementary.FUNCTIONS[name](x) for x in points.tolist()]
        assert np.array_equal(function(points), single), name
