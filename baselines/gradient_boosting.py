"""Boosted regression trees of the next increment."""

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.windows import Windows, fitted


class GradientBoosting(Forecaster):
    """z_i[t+1] = z_i[t] + s_i Σ_m η T_{i,m}(z[t], …, z[t-k+1]):  histogram gradient boosting, one sum a component.

    Each tree T has at most `leaves` leaves and is fitted by scikit-learn to what the earlier ones left, over at most
    `rows` windows of train; η is `learning_rate`. With more than twelve components there are fewer `trees` for each, so
    that their number altogether is that of twelve. z are standardised components, or leading principal components; each
    step is clamped to their range in train, a quarter wider on either side.
    """

    name = "gradient_boosting"
    authors = "The dynarena developers"
    paper = "Friedman (2001), Ann. Stat. 29, 1189; Ke et al. (2017), NeurIPS 30"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 80
    search = {"trees": [100, 200, 400], "leaves": [15, 31, 63], "delays": [2, 4]}

    windows: Windows | None = None

    def __init__(
        self, trees: int = 400, leaves: int = 63, delays: int = 2, learning_rate: float = 0.1, rows: int = 30000
    ) -> None:
        self.trees = trees
        self.leaves = leaves
        self.delays = delays
        self.learning_rate = learning_rate
        self.rows = rows

    def fit(self, train: Tensor, task) -> None:
        """Fit on train, [trajectory, time, *state]."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        rank = Windows(train, task, 1, most=40).coordinates.rank
        learned = Windows(train, task, max(self.delays, -(-6 // rank) if rank < 2 else 1), most=40)
        rows = self.rows if rank <= 12 else self.rows // 4
        past, increments = learned.rows(learned.z, rows)
        self.size = increments.std(0).clamp(min=1e-12)
        inputs, targets = past.flatten(1).numpy(force=True), (increments / self.size).numpy(force=True)
        trees = max(10, self.trees * min(12, rank) // rank)
        self.sums = [
            HistGradientBoostingRegressor(
                max_iter=trees,
                max_leaf_nodes=self.leaves,
                learning_rate=self.learning_rate,
                early_stopping=False,
                random_state=task.seed,
            ).fit(inputs, column)
            for column in targets.T
        ]
        self.windows = learned

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Roll the sums out: [batch, time, *state] -> [batch, horizon, *state]."""
        learned = fitted(self.windows, self)
        return learned.forecast(context, horizon, self._increment)

    def _increment(self, recent: Tensor) -> Tensor:
        inputs = recent.flatten(1).numpy(force=True)
        return torch.stack([torch.from_numpy(part.predict(inputs)) for part in self.sums], dim=1).to(recent) * self.size
