"""The true equations, integrated from the last state of the context: the ceiling."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from dynarena import Batch, Model, System, Task


class Oracle(Model):
    """u' = F(u; p) with the true F and p, started at u[T].

    Of a video the last state is estimated by least squares through the tracked places of the context's frames, moved on
    exactly, and drawn again. Where the context is noisy, so is the start: then this is no ceiling, but what knowing
    the equations alone is worth.
    """

    name = "oracle"
    authors = "The dynarena developers"
    license = "Apache-2.0"
    tier = "core"
    knows = "equations"
    dtype = torch.float64
    cpu_budget_s = 10

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor]:
        """Integrate, [batch, time, *state] -> {"values": [batch, horizon, *state]}."""
        resolution = None if task.kind == "chaos" else task.shape[-1]
        simulator = System(task.facts["system"], resolution=resolution).simulator
        context = given.values.double().cpu().numpy()
        parameters = _parameters(given, task)
        if task.kind == "video":
            start = _out_of_view(simulator.estimate(context, parameters, task.dt), simulator.world)
        else:
            start = np.ascontiguousarray(context[:, -1])
        path = simulator.run(start, parameters, task.dt, task.horizon + 1)[:, 1:]
        if task.kind == "video":
            path = simulator.frames(path, parameters, task.shape[-1]) / 255
        return {"values": torch.from_numpy(np.ascontiguousarray(path)).to(given.values.device)}


def _parameters(given: Batch, task: Task) -> dict[str, np.ndarray]:
    """Each parameter, [batch]: of each trajectory where the track tells them, else as the system states them."""
    stated = task.facts["parameters"]
    if given.parameters is None:
        return {name: np.full(len(given.values), float(value)) for name, value in stated.items()}
    columns = given.parameters.double().cpu().numpy().T
    return {name: np.ascontiguousarray(column) for name, column in zip(stated, columns, strict=True)}


def _out_of_view(state: np.ndarray, world: float) -> np.ndarray:
    """States [batch, object, component] in which an object that was never seen rests far outside the view."""
    unseen = ~np.isfinite(state).all(axis=-1)
    far = world * (10.0 + 10.0 * np.arange(state.shape[1]))
    rest = np.stack([far, far, 0 * far, 0 * far, 0 * far + world / 100, 0 * far + 1], axis=-1)
    return np.where(unseen[..., None], rest, state)
