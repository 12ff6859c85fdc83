"""Sparse identification of nonlinear dynamics."""

from functools import partial

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.sparse import SparseDynamics
from dynarena.evaluation.windows import Windows, fitted


class SINDy(Forecaster):
    """w' = Θ(w) W with W sparse, integrated over the horizon;  Θ every monomial of w = u / std up to a degree.

    W solves the weak form over bumps φ of 2 m + 1 points, -∫ φ' w = ∫ φ Θ(w) W, which differentiates no data, by
    pysindy's sequentially thresholded least squares: terms whose share of an equation is below the threshold leave.
    Where steps are coarse, `sweeps` Gauss-Newton steps on the error of one step of the integrated equation, thresholded
    alike, remove what the quadrature left. Beside flows stands the map w[t+1] = w[t] + Θ(w[t]) W, for data that are
    one. Degree, threshold, m, refinement and kind are those with the best free runs on held-out train trajectories.
    Angles are cosine and sine. A single component is joined by `delays` - 1 earlier ones. Each step is clamped to the
    range of train, a quarter wider on either side.
    """

    name = "sindy"
    authors = "The dynarena developers"
    paper = (
        "Brunton, Proctor & Kutz (2016), PNAS 113, 3932; Messenger & Bortz (2021), Multiscale Model. Simul. 19, 1474"
    )
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 100
    search = {"degree": [2, 3, 4], "delays": [3, 4, 6], "sweeps": [0, 6]}

    windows: Windows | None = None

    def __init__(
        self,
        degree: int = 4,
        thresholds: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 5e-2),
        halves: tuple[int, ...] = (0, 4, 12),
        sweeps: int = 6,
        delays: int = 4,
        features: int = 100,
    ) -> None:
        self.degree = degree
        self.thresholds = thresholds
        self.halves = halves
        self.sweeps = sweeps
        self.delays = delays
        self.features = features

    def fit(self, train: Tensor, task) -> None:
        """Find the equations of train, [trajectory, time, *state]."""
        single = train.flatten(2).shape[2] == 1
        learned = Windows(train, task, self.delays if single else 1, most=40)
        self.dynamics = SparseDynamics(learned)
        degrees = self.dynamics.degrees(self.degree, self.features)
        self.form = next(iter(self.dynamics.search(degrees, self.thresholds, self.halves, self.sweeps)))
        self.weights = self.dynamics.fit(learned.z, self.form)
        self.windows = learned

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Integrate the equations: [batch, time, *state] -> [batch, horizon, *state]."""
        learned = fitted(self.windows, self)
        return learned.forecast(
            context, horizon, partial(self.dynamics.increment, weights=self.weights, form=self.form)
        )
