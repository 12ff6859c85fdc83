"""Elementary functions in IEEE arithmetic alone, for generated code: no library decides a bit of a trajectory.

Each reduces its argument exactly or with a correction, sums a Taylor series by Horner's rule and undoes the reduction.
Errors are below two units in the last place (three for `asin`, `acos`, `tan`, `sinh`), which tests measure against
arbitrary precision. They take and give one float and can be called from Python or from numba's compiled code.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from numba import njit, vectorize

from dynarena.engines.elementary_circle import acos, asin, atan, cos, sin, tan
from dynarena.engines.elementary_growth import cosh, exp, log, sinh, sqrt, tanh

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def absolute(x: float) -> float:
    """|x|."""
    return abs(x)


@_jit
def sign(x: float) -> float:
    """-1, 0 or 1; nan of nan."""
    if x > 0.0:
        return 1.0
    return -1.0 if x < 0.0 else x * 0.0


@_jit
def smaller(a: float, b: float) -> float:
    """b where b < a, else a."""
    return b if b < a else a


@_jit
def larger(a: float, b: float) -> float:
    """b where b > a, else a."""
    return b if b > a else a


FUNCTIONS: dict[str, Any] = {
    "sin": sin, "cos": cos, "tan": tan, "asin": asin, "acos": acos, "atan": atan,
    "exp": exp, "log": log, "sqrt": sqrt, "sinh": sinh, "cosh": cosh, "tanh": tanh,
    "abs": absolute, "sign": sign, "min": smaller, "max": larger,
}  # fmt: skip
"""The scalar function of each name in the grammar; `min` and `max` take two arguments."""


@functools.cache
def array_functions() -> dict[str, Callable[..., Any]]:
    """The functions of one argument, elementwise over numpy arrays: what `evaluate` takes where bits must not vary."""
    single = {name: function for name, function in FUNCTIONS.items() if name not in ("min", "max")}
    vectorized: Any = vectorize(["float64(float64)"], cache=True)  # type: ignore[no-untyped-call]
    return {name: vectorized(function.py_func) for name, function in single.items()}
