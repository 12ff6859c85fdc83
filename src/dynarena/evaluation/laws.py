"""Expressions of a system's file, evaluated on the fields of a forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import ARITY
from dynarena.equations.functions import POINTWISE as POINTWISE
from dynarena.equations.parse import parse
from dynarena.equations.tree import functions_in
from dynarena.evaluation import fields
from dynarena.schema.task import Task

Array = NDArray[np.float64]


def names(task: Task) -> list[str]:
    """Fields, parameters and coordinates: what an expression may speak of."""
    return [*(channel.name for channel in task.channels), *task.facts.get("parameters", {}), *task.dims[1:]]


def functions(text: str, task: Task) -> frozenset[str]:
    """The functions that an expression calls. Raises EquationError where it is outside the grammar."""
    return frozenset(functions_in(parse(text, names(task), functions=ARITY)))


def value(
    text: str,
    a: Array,
    known: Mapping[str, Array],
    task: Task,
    operators: Mapping[str, Callable[[Array], Array]],
) -> Array:
    """An expression on states [..., trajectory, time, field, *space] -> [..., trajectory, time, *space].

    `operators` adds to the pointwise functions; an axis of space that they reduce is kept with length 1. What is not a
    number is left as it comes out.
    """
    axis = -len(task.dims)
    named: dict[str, Any] = {channel.name: np.take(a, n, axis) for n, channel in enumerate(task.channels)}
    for place, along in enumerate(fields.axes(task)):
        shape = [1] * (len(task.dims) - 1)
        shape[place] = -1
        named[along.name] = along.points.reshape(shape)
    values = {**named, **known}
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        out = evaluate(parse(text, values, functions=ARITY), values, functions=operators)
    return np.asarray(out)


def parameters(truth: xr.Dataset, task: Task) -> dict[str, Array]:
    """Each parameter, [trajectory, 1, 1, ...]: the trajectory's own where the truth tells it, else as stated."""
    shape = (-1, *[1] * len(task.dims))
    return {
        name: np.broadcast_to(truth.coords.get(f"parameter_{name}", stated), truth.sizes["trajectory"]).reshape(shape)
        for name, stated in task.facts.get("parameters", {}).items()
    }
