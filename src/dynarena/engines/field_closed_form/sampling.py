"""Formulas at the points of a grid and at many times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.field_closed_form.formula import TIME, Formula
from dynarena.engines.field_erf import extended_erf
from dynarena.equations.evaluate import evaluate

BLOCK = 2**16  # numbers a block: what a formula makes on the way stays in the cache


def sample(
    formula: Formula,
    grid: Mapping[str, NDArray[Any]],
    times: NDArray[Any],
    values: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]],
    out: NDArray[np.float64],
) -> None:
    """Write the fields at all times into `out`, [time, field, *points].

    Time and the axes are broadcast, so that parts of a formula which depend on some of them cost only those.
    """
    n_axes = len(grid)
    named = dict(values)
    for axis, (name, points) in enumerate(grid.items()):
        named[name] = points.reshape([1] * (axis + 1) + [-1] + [1] * (n_axes - axis - 1))
    block = max(1, BLOCK // prod(len(points) for points in grid.values()))
    with np.errstate(all="ignore"):
        for first in range(0, len(times), block):
            named[TIME] = times[first : first + block].reshape(-1, *[1] * n_axes)
            for name, tree in formula.steps.items():
                value = evaluate(tree, named, functions)
                if name in formula.state:
                    out[first : first + block, formula.state.index(name)] = value
                else:
                    named[name] = value


def extended_functions() -> dict[str, Callable[..., Any]]:
    """`erf` in extended precision; numpy's other functions take it by themselves."""
    return {"erf": extended_erf}
