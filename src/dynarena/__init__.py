"""dynarena: the arena for models that predict dynamics.

Data:    `trajectories(system, n_trajectories, n_points, seed=0, …)` gives an xarray Dataset,
         `system(id)` a system's facts, right-hand side and Jacobian.
Models:  subclass `Forecaster` (or `Operator`, `Reconstructor`, `FamilyForecaster`; `Model` is the whole contract),
         then `evaluate(model, benchmark, quick=True)`.
Scores:  `metric(name)` and `leaderboard(benchmark)`.

Everything is imported when first used, so that `import dynarena` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynarena.api import evaluate as evaluate
    from dynarena.api import leaderboard as leaderboard
    from dynarena.api import metric as metric
    from dynarena.api import system as system
    from dynarena.data.generate import trajectories as trajectories
    from dynarena.data.system import System as System
    from dynarena.errors import DynarenaError as DynarenaError
    from dynarena.errors import NotApplicable as NotApplicable
    from dynarena.evaluation.batch import Batch as Batch
    from dynarena.evaluation.family import FamilyForecaster as FamilyForecaster
    from dynarena.evaluation.forecaster import Forecaster as Forecaster
    from dynarena.evaluation.model import Model as Model
    from dynarena.evaluation.operator import Operator as Operator
    from dynarena.evaluation.reconstructor import Reconstructor as Reconstructor
    from dynarena.schema.task import Task as Task

__version__ = "0.1.0"

_HOMES = {
    "Batch": "dynarena.evaluation.batch",
    "DynarenaError": "dynarena.errors",
    "FamilyForecaster": "dynarena.evaluation.family",
    "Forecaster": "dynarena.evaluation.forecaster",
    "Model": "dynarena.evaluation.model",
    "NotApplicable": "dynarena.errors",
    "Operator": "dynarena.evaluation.operator",
    "Reconstructor": "dynarena.evaluation.reconstructor",
    "System": "dynarena.data.system",
    "Task": "dynarena.schema.task",
    "evaluate": "dynarena.api",
    "leaderboard": "dynarena.api",
    "metric": "dynarena.api",
    "system": "dynarena.api",
    "trajectories": "dynarena.data.generate",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dynarena' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
