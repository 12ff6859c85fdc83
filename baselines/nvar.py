"""The next-generation reservoir: polynomials of delayed states."""

from functools import partial

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.monomials import Monomials, affordable_degree
from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error
from dynarena.evaluation.windows import Windows, fitted


class NVAR(Forecaster):
    """z[t+1] = z[t] + W [every monomial of z[t], z[t-1], …, z[t-k+1] up to degree p].

    W is fitted by ridge regression on at most `rows` windows of train; the penalty is the one of `penalties` with the
    best free runs on held-out train trajectories. k is `delays`, and at least as many as show a few components in six
    numbers; both k and p are lowered until there are at most `features` monomials. z are standardised components, or
    the leading principal components of a field or frame; each step is clamped to their range in train, a quarter wider
    on either side.
    """

    name = "nvar"
    authors = "The dynarena developers"
    paper = "Gauthier, Bollt, Griffith & Barbosa (2021), Nat. Commun. 12, 5564"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 60
    search = {"delays": [1, 2, 4], "degree": [2, 3, 4, 5]}

    windows: Windows | None = None

    def __init__(
        self,
        delays: int = 2,
        degree: int = 5,
        features: int = 1000,
        rows: int = 12000,
        components: int = 40,
        penalties: tuple[float, ...] = (1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4),
    ) -> None:
        self.delays = delays
        self.degree = degree
        self.features = features
        self.rows = rows
        self.components = components
        self.penalties = penalties

    def fit(self, train: Tensor, task) -> None:
        """Fit on train, [trajectory, time, *state]."""
        seen = Windows(train, task, 1, most=self.components)
        learned = Windows(train, task, max(self.delays, -(-6 // seen.coordinates.rank)), most=self.components)
        self._afford(learned)
        rest = learned.z[:0] if learned.held_out is learned.fitting else learned.held_out
        self.weights, _ = choose_ridge(
            self._moments(learned, learned.fitting),
            self._moments(learned, rest),
            self.penalties,
            lambda weights: free_run_error(
                lambda context, ahead: learned.roll(context, ahead, partial(self._increment, weights=weights)),
                learned.held_out,
                learned.used,
                learned.ahead,
            ),
        )
        self.windows = learned

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Roll the map out: [batch, time, *state] -> [batch, horizon, *state]."""
        learned = fitted(self.windows, self)
        return learned.forecast(context, horizon, partial(self._increment, weights=self.weights))

    def _afford(self, learned: Windows) -> None:
        rank = learned.coordinates.rank
        while learned.used > 1 and affordable_degree(learned.used * rank, 2, self.features) < min(2, self.degree):
            learned.used -= 1
        size = learned.used * rank
        self.dictionary = Monomials(size, affordable_degree(size, self.degree, self.features))

    def _moments(self, learned: Windows, z: Tensor, chunk: int = 2000) -> Moments:
        moments = Moments()
        if len(z):
            past, increments = learned.rows(z, self.rows)
            for piece, targets in zip(past.split(chunk), increments.split(chunk), strict=True):
                moments.add(self.dictionary(piece.flatten(1)), targets)
        return moments

    def _increment(self, recent: Tensor, weights: Tensor) -> Tensor:
        return self.dictionary(recent.flatten(1)) @ weights
