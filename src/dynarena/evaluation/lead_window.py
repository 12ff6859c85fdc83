"""Errors of fields over a window of leads, in units of the truth's own deviation over space."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.errors import UsageError
from dynarena.evaluation import fields, states
from dynarena.schema.task import Task


def vrmse_over(forecast: xr.Dataset, truth: xr.Dataset, task: Task, first: int, last: int) -> NDArray[np.float64]:
    """Mean over leads `first` to `last` and over fields of sqrt( <(f - u)²> / <(u - <u>)²> ), [trajectory].

    A field that deviates by less than a thousandth of its train std is measured against that thousandth; an ensemble
    answers by its mean. Raises UsageError where the window lies outside the horizon.
    """
    if not 1 <= first <= last <= task.horizon:
        expected, got = f"1 <= first <= last <= {task.horizon}", f"{first}:{last}"
        raise UsageError("the window lies outside the horizon", where=task.id, expected=expected, got=got)
    window = slice(first - 1, last)
    exact = states.values(truth, task)[:, window]
    error = fields.average(states.difference(states.point(forecast, task)[:, window], exact, task) ** 2, task)
    spread = fields.average(fields.centred(states.anomaly(exact, task), task) ** 2, task)
    share: NDArray[np.float64] = np.sqrt(error / np.maximum(spread, fields.LEAST**2)).mean(axis=(1, 2))
    return share
