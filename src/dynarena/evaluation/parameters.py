"""The parameters of the equations that a model is told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.evaluation.batch import Batch
from dynarena.schema.task import Task


def told_parameters(given: Batch, task: Task) -> dict[str, NDArray[np.float64]]:
    """Each parameter, [batch]: of each trajectory where the track tells them, else as the system states them."""
    stated = task.facts["parameters"]
    if given.parameters is None:
        return {name: np.full(len(given.values), float(value)) for name, value in stated.items()}
    columns = given.parameters.double().cpu().numpy().T
    return {name: np.ascontiguousarray(column) for name, column in zip(stated, columns, strict=True)}
