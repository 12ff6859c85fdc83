"""The true equation, solved on a coarser grid: what a classical method gives for a network's arithmetic."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from dynarena import Batch, Model, System, Task
from dynarena.engines.coarse import CoarseField, coarse_field, factors
from dynarena.evaluation.parameters import told_parameters


class CoarseSolver(Model):
    """u' = F(u; p) with the true F and p from u[T], on 2, 4, … times fewer points an axis than the truth.

    The finest such grid is taken whose solver needs at most `work` floating-point operations a value of the field and
    step of the forecast, by the number of axes: as many as the baseline `unet` spends. Explicit steps grow with the
    grid. A spectral field is cut off and filled up in Fourier space, cell averages are averaged and reconstructed. What
    the coarse grid loses stays as it last was.

    A network whose error is larger than this one's has learned less than a classical method gives for its price
    (McGreivy & Hakim 2024). Fields by formula or at rest have no solver to make coarser: not applicable.
    """

    name = "coarse_solver"
    authors = "The dynarena developers"
    paper = "McGreivy & Hakim (2024), Nat. Mach. Intell. 6, 1256, arXiv:2407.07218"
    license = "Apache-2.0"
    tier = "extended"
    knows = "equations"
    accepts = {"kinds": ["pde"], "max_axes": 3, "engines": ["finite_volume", "spectral"]}
    dtype = torch.float64
    cpu_budget_s = 10

    def __init__(self, work: tuple[float, float, float] = (6e4, 8e3, 8e3)) -> None:
        self.work = work

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor]:
        """Integrate, [batch, time, *state] -> {"values": [batch, horizon, *state]}."""
        start = np.ascontiguousarray(given.values[:, -1].double().cpu().numpy())
        parameters = told_parameters(given, task)
        solver = self._affordable(task, start, parameters)
        path = solver.run(start, parameters, task.dt, task.horizon + 1)[:, 1:]
        return {"values": torch.from_numpy(np.ascontiguousarray(path)).to(given.values.device)}

    def _affordable(self, task: Task, start: np.ndarray, parameters: Mapping[str, np.ndarray]) -> CoarseField:
        """The finest coarse grid within the budget, else the coarsest there is."""
        spec = System(task.facts["system"]).spec
        points = dict(zip(("x", "y", "z"), task.shape[1:], strict=False))
        spec = spec.model_copy(update={"domain": spec.domain.model_copy(update={"points": list(points.values())})})
        budget = self.work[len(task.shape) - 2] * np.prod(task.shape)
        grids = [coarse_field(spec, factor) for factor in factors(spec)]
        return next((grid for grid in grids if grid.operations(start, parameters, task.dt) <= budget), grids[-1])
