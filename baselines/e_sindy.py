"""An ensemble of sparse equations, from bags of data and of library terms."""

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.sparse import SparseDynamics, rms
from dynarena.evaluation.windows import Windows, fitted


class ESINDy(Forecaster):
    """w' = Θ(w) W_m, m = 1 … 10:  SINDy's regression, solved on bags of its rows, with terms left out in turn.

    The regression is that of `sindy`, with the form that does best there: sums over bumps, the errors of one integrated
    step, or a map. First, `bags` sparse fits by pysindy's EnsembleOptimizer, each on rows drawn with replacement and
    with one term of the library withheld. A term found in a share of them, its inclusion probability, of at least
    `inclusion` stays. Then ten fits of what stayed, on rows drawn with replacement again: the answer is the ensemble of
    their forecasts, and its spread what the data leave open.
    """

    name = "e_sindy"
    authors = "The dynarena developers"
    paper = "Fasel, Kutz, Brunton & Brunton (2022), Proc. R. Soc. A 478, 20210904"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 120
    answer_samples = 10
    search = {"degree": [2, 3, 4], "inclusion": [0.4, 0.6, 0.8], "bags": [20, 50]}

    windows: Windows | None = None

    def __init__(
        self,
        degree: int = 3,
        thresholds: tuple[float, ...] = (1e-3, 1e-2, 5e-2),
        halves: tuple[int, ...] = (0, 4, 12),
        sweeps: int = 6,
        inclusion: float = 0.6,
        bags: int = 20,
        delays: int = 4,
        features: int = 60,
    ) -> None:
        self.degree = degree
        self.thresholds = thresholds
        self.halves = halves
        self.sweeps = sweeps
        self.inclusion = inclusion
        self.bags = bags
        self.delays = delays
        self.features = features

    def fit(self, train: Tensor, task) -> None:
        """Find the equations of train, [trajectory, time, *state]."""
        single = train.flatten(2).shape[2] == 1
        learned = Windows(train, task, self.delays if single else 1, most=40)
        self.dynamics = SparseDynamics(learned, rows=1500)
        degrees = self.dynamics.degrees(self.degree, self.features)
        self.form = next(iter(self.dynamics.search(degrees, self.thresholds, self.halves, self.sweeps)))
        features, targets = self.dynamics.system(learned.z, self.form.degree, self.form.half)
        share = rms(features)[:, None] / rms(targets)
        everything = torch.ones_like(share, dtype=torch.bool)
        if self.form.sweeps:
            weights = self.dynamics.fit(learned.z, self.form)
            rows, steps = self.dynamics.linearised(learned.z, weights, share, everything, self.form)
            found, included = self._bag(rows, steps)
            found, included = found.unflatten(1, share.shape), included.reshape(share.shape)
        else:
            columns = [self._bag(features / rms(features), column) for column in (targets / rms(targets)).T]
            found = torch.stack([part for part, _ in columns], dim=2)
            included = torch.stack([part for _, part in columns], dim=1)
        self.weights, self.inclusion_probabilities = found / share, included
        self.windows = learned

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Integrate every member's equations: [batch, time, *state] -> [member, batch, horizon, *state]."""
        coordinates = fitted(self.windows, self).coordinates
        recent = coordinates.encode(context[:, -self.dynamics.learned.used :])
        return coordinates.decode(self.dynamics.run(recent, horizon, self.weights, self.form)).to(context.dtype)

    def _bag(self, features: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Fits of targets [row] by features [row, p] on bags: [member, p]; and the inclusion probabilities, [p]."""
        tried = self._ensemble(
            features, targets, self.bags, threshold=self.form.threshold, withhold=features.shape[1] > 1
        )
        included = (tried != 0).double().mean(0)
        kept = included >= self.inclusion
        found = torch.zeros(self.answer_samples, features.shape[1]).to(features)
        if kept.any():
            found[:, kept] = self._ensemble(
                features[:, kept], targets, self.answer_samples, threshold=0.0, withhold=False
            )
        return found, included

    def _ensemble(self, features: Tensor, targets: Tensor, models: int, *, threshold: float, withhold: bool) -> Tensor:
        from pysindy import STLSQ, EnsembleOptimizer

        sparse = STLSQ(threshold=threshold, alpha=1e-10 * len(features))
        ensemble = EnsembleOptimizer(sparse, bagging=True, library_ensemble=withhold, n_models=models)
        import warnings

        with warnings.catch_warnings():  # that a bag has lost all its terms is an answer
            warnings.filterwarnings("ignore", message="Sparsity parameter is too big")
            ensemble.fit(features.numpy(force=True), targets[:, None].numpy(force=True))
        return torch.stack([torch.from_numpy(coefficients[0]) for coefficients in ensemble.coef_list]).to(features)
