"""The true laws of a scene of any kind, run from what its tracker sees in the context: the ceiling of scenes."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from dynarena import Batch, Model, System, Task


class SceneOracle(Model):
    """Least squares of the scene's own law through the tracked context, moved on exactly, and drawn again.

    It knows what `oracle` knows of discs, of every scene: coordinates, contacts, friction, shapes. A clip in which
    nothing is seen is answered by its last frame. Of fields, which have no tracker, and of noise it is no ceiling.
    """

    name = "scene_oracle"
    authors = "The dynarena developers"
    license = "Apache-2.0"
    tier = "extended"
    knows = "equations"
    dtype = torch.float64
    accepts = {"kinds": ["video"]}
    cpu_budget_s = 300

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor]:
        """Estimate, run, draw: frames [batch, context, 3, y, x] -> {"values": [batch, horizon, 3, y, x]}."""
        simulator = System(task.facts["system"]).simulator
        context, parameters = given.values.double().cpu().numpy(), _parameters(given, task)
        values = np.repeat(context[:, -1:], task.horizon, axis=1)
        if "shade" not in task.facts:
            start = simulator.estimate(context, parameters, task.dt)
            seen = np.flatnonzero(np.isfinite(start).all(axis=(1, 2)))
            if seen.size:
                known = {name: value[seen] for name, value in parameters.items()}
                path = simulator.run(start[seen], known, task.dt, task.horizon + 1)[:, 1:]
                values[seen] = simulator.frames(path, known, task.shape[-1]) / 255
        return {"values": torch.from_numpy(np.ascontiguousarray(values)).to(given.values.device)}


def _parameters(given: Batch, task: Task) -> dict[str, np.ndarray]:
    """Each parameter, [batch]: of each trajectory where the track tells them, else as the system states them."""
    stated = task.facts["parameters"]
    if given.parameters is None:
        return {name: np.full(len(given.values), float(value)) for name, value in stated.items()}
    columns = given.parameters.double().cpu().numpy().T
    return {name: np.ascontiguousarray(column) for name, column in zip(stated, columns, strict=True)}
