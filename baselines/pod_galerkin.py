"""The true equation, projected on the principal components of the train fields."""

from collections.abc import Mapping
from math import ceil

import torch
from torch import Tensor

from dynarena import Batch, Forecaster, System, Task
from dynarena.engines.spectral.rate import Rate
from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.parameters import told_parameters


class PODGalerkin(Forecaster):
    """z' = Vᵀ F(mean + std V z; p) / std with the true F and p:  proper orthogonal decomposition, Galerkin projection.

    V holds the `components` leading principal components of the standardised train fields, by the inner product of the
    grid. What they leave out of F is left out, without a closure. F is taken on the whole grid, so that any equation of
    the spectral engine will do; it is the number of unknowns that is reduced, not the cost (no hyper-reduction).

    Classical Runge-Kutta steps are no longer than the system's own, and short enough for the fastest rate of the
    projected equation about the mean. z is clamped to its range in train, a quarter wider on either side.
    """

    name = "pod_galerkin"
    authors = "The dynarena developers"
    paper = (
        "Holmes, Lumley & Berkooz (1996), Turbulence, Coherent Structures, Dynamical Systems and Symmetry, chapter 4"
    )
    license = "Apache-2.0"
    tier = "extended"
    knows = "equations"
    accepts = {"kinds": ["pde"], "max_axes": 3, "engines": ["spectral"]}
    dtype = torch.float64
    cpu_budget_s = 30

    def __init__(self, components: int = 24) -> None:
        self.components = components

    def fit(self, train: Tensor, task) -> None:
        """The principal components of train, [trajectory, time, *state]."""
        self.coordinates = Coordinates(train, task, most=self.components)

    def predict(self, given: Batch, task: Task) -> Mapping[str, Tensor]:
        """Integrate, [batch, time, *state] -> {"values": [batch, horizon, *state]}."""
        simulator = System(task.facts["system"], resolution=task.shape[1]).simulator
        rate = self._projected(Rate(simulator, told_parameters(given, task)))
        z = self.coordinates.encode(given.values[:, -1].cpu())
        step = min(simulator.longest_step, 2.0 / max(_fastest(rate, len(z), self.coordinates.rank), 1e-12))
        n = max(1, ceil(task.dt / step))
        path = []
        for _ in range(task.horizon):
            for _ in range(n):
                z = self.coordinates.bound(_runge_kutta(rate, z, task.dt / n))
            path.append(z)
        values = self.coordinates.decode(torch.stack(path, dim=1))
        return {"values": values.to(given.values.device)}

    def _projected(self, rate: Rate):
        """z [batch, rank] to z'."""
        still = self.coordinates.encode(torch.zeros(self.task.shape, dtype=torch.float64))

        def projected(z: Tensor) -> Tensor:
            return self.coordinates.encode(torch.from_numpy(rate(self.coordinates.decode(z).numpy()))) - still

        return projected


def _runge_kutta(rate, z: Tensor, h: float) -> Tensor:
    a = rate(z)
    b = rate(z + h / 2 * a)
    c = rate(z + h / 2 * b)
    return z + h / 6 * (a + 2 * b + 2 * c + rate(z + h * c))


def _fastest(rate, batch: int, rank: int) -> float:
    """The largest modulus of an eigenvalue of the projected equation about the mean, over all trajectories."""
    columns = []
    for unit in 1e-3 * torch.eye(rank, dtype=torch.float64):
        columns.append((rate(unit.expand(batch, rank)) - rate(-unit.expand(batch, rank))) / 2e-3)
    return float(torch.linalg.eigvals(torch.stack(columns, dim=-1)).abs().max())
