"""Metrics: found by name, read as declared, called with checks on both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.errors import DynarenaError, Refused, SchemaError, UsageError
from dynarena.evaluation import states
from dynarena.evaluation.declarations import Declarations, fix_parameters, read_declarations
from dynarena.evaluation.scorer_digest import scorer_digest
from dynarena.schema.task import Task
from dynarena.suite import find, load_module

Array = NDArray[np.float64]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Metric:
    """A metric with its parameters fixed; `digest` covers its source, the arithmetic it shares and the parameters."""

    name: str
    declarations: Declarations
    digest: str
    parameters: Mapping[str, Any]
    function: Function = field(compare=False)
    curve: Function | None = field(default=None, compare=False)
    condition: Function | None = field(default=None, compare=False)

    def applies(self, task: Task) -> bool:
        """Whether the metric means something for the task."""
        kinds = self.declarations.kinds
        return (not kinds or task.kind in kinds) and (self.condition is None or bool(self.condition(task)))

    def score(self, forecast: xr.Dataset, truth: xr.Dataset, task: Task) -> Array | float:
        """The value: [trajectory] or [trajectory, time] for scope "trajectory", a float for scope "task".

        Raises Refused where forecast and truth do not have the same axes or a number is not finite, and DynarenaError
        naming the metric where its outcome is not what it declares.
        """
        _check_pair(forecast, truth, task)
        n, leads = truth.sizes["trajectory"], truth.sizes["time"]
        shapes: list[tuple[int, ...]] = [()] if self.declarations.scope == "task" else [(n,), (n, leads)]
        outcome = self._checked(self.function(forecast, truth, task, **self.parameters), shapes, task)
        return float(outcome) if outcome.ndim == 0 else outcome

    def lead_curve(self, forecast: xr.Dataset, truth: xr.Dataset, task: Task) -> Array | None:
        """The mean over trajectories at each lead, [time]; None where the metric has none."""
        shape = (truth.sizes["trajectory"], truth.sizes["time"])
        if self.curve is not None:
            _check_pair(forecast, truth, task)
            return np.asarray(self._checked(self.curve(forecast, truth, task), [shape], task).mean(axis=0))
        values = np.asarray(self.score(forecast, truth, task))
        return np.asarray(values.mean(axis=0)) if values.shape == shape else None

    def _checked(self, outcome: object, shapes: list[tuple[int, ...]], task: Task) -> Array:
        array = np.asarray(outcome, dtype=np.float64)
        if array.shape not in shapes:
            raise DynarenaError(
                f"the metric {self.name} returned the wrong shape",
                where=task.id,
                expected=" or ".join(map(str, shapes)),
                got=str(array.shape),
                fix=f"mend metrics/{self.name}.py, or its declared scope",
            )
        if not np.isfinite(array).all():
            raise DynarenaError(
                f"the metric {self.name} returned a value that is not finite",
                where=task.id,
                got=f"{int((~np.isfinite(array)).sum())} of {array.size} values",
                fix=f"mend metrics/{self.name}.py",
            )
        return array


def load_metric(name: str, suite: str | None = None, parameters: Mapping[str, Any] | None = None) -> Metric:
    """The metric of this name (in a private suite: of that suite), its parameters overridden where given.

    Raises UnknownName with the nearest names of metrics or parameters, SchemaError where a declaration is missing.
    """
    item = find("metrics", f"{suite}:{name}" if suite and ":" not in name else name)
    source = item.path.read_bytes()
    declared = read_declarations(source, item.path)
    module = load_module(item)
    function = getattr(module, "metric", None)
    if not callable(function):
        raise SchemaError("no function metric(forecast, truth, task)", where=str(item.path), fix="define it")
    chosen = fix_parameters(function, parameters or {}, item.path)
    return Metric(
        name=item.id,
        declarations=declared,
        digest=scorer_digest(source, chosen),
        parameters=chosen,
        function=function,
        curve=getattr(module, "curve", None),
        condition=getattr(module, "applies", None),
    )


def trajectory_values(values: Array | float) -> Array:
    """One value a trajectory: the mean over lead times where there are any; [1] for a task's single value."""
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    return np.asarray(array.mean(axis=1)) if array.ndim == 2 else array


def primary_error(metric: Metric, values: Array | float, task: Task) -> Array:
    """The error e that ranks, one a trajectory (one in all for scope "task"): 0 is perfect.

    e = |value - perfect|, a mean over leads taken first; e = 1 - min(value, H)/H where perfection lasts the horizon H.
    Raises UsageError where the metric knows no perfect value.
    """
    perfect = metric.declarations.perfect
    reached = trajectory_values(values)
    if perfect is None:
        raise UsageError(
            f"{metric.name} cannot rank: it knows no perfect value",
            where=task.id,
            expected="a primary metric with perfect = 0, 1 or 'horizon'",
            fix="list it under [metrics] others",
        )
    if perfect == "horizon":
        whole = task.horizon * states.in_timescales(task)
        return np.asarray(1 - np.minimum(reached, whole) / whole)
    return np.asarray(np.abs(reached - float(perfect)))


def _check_pair(forecast: xr.Dataset, truth: xr.Dataset, task: Task) -> None:
    """Same axes, same lengths, finite numbers: nothing may broadcast and nothing may be skipped."""
    name, axes = task.variable, ("trajectory", "time", *task.dims)
    for role, data in (("forecast", forecast), ("truth", truth)):
        if name not in data:
            raise Refused(f"the {role} has no variable {name!r}", where=task.id, got=", ".join(map(str, data)))
    answer, exact = forecast[name], truth[name]
    found = {str(axis): size for axis, size in answer.sizes.items() if axis != "sample"}
    wanted = {axis: exact.sizes.get(axis, 0) for axis in axes}
    if found != wanted or len(exact.dims) != len(axes) or answer.sizes.get("sample", 1) < 1:
        raise Refused(
            "forecast and truth have different axes",
            where=task.id,
            expected=str(wanted) + " with an optional sample axis",
            got=str(dict(answer.sizes)),
            fix="answer every trajectory, lead time and component",
        )
    for role, array in (("forecast", answer), ("truth", exact)):
        if not np.isfinite(array.to_numpy()).all():
            raise Refused(f"the {role} is not finite", where=task.id, fix="answer with finite numbers only")
