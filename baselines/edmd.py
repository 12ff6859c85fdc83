"""The Koopman operator, seen through a dictionary of Gaussian bumps or monomials."""

from functools import partial

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.monomials import Monomials, affordable_degree
from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error
from dynarena.evaluation.windows import Windows, fitted


class EDMD(Forecaster):
    """ψ(x[t+1]) = ψ(x[t]) K,  x[t] = [z[t], …, z[t-k+1]]: extended dynamic mode decomposition, re-projected.

    ψ holds 1, x and `bumps` Gaussians exp(-|x - c|² / 2 w²), or where `degree` > 0 every monomial of x up to that
    degree. The centres c are evenly spaced points of train, w is `width` times their median distance. K is the least
    squares fit over at most `rows` pairs of train with a ridge penalty, the one of `penalties` with the best free runs
    on held-out train trajectories. After each step the observable z is read off K and lifted again (re-projection), as
    the image of a dictionary under a truncated K leaves the lifted manifold. z are standardised components, or leading
    principal components, clamped to their range in train, a quarter wider on either side.
    """

    name = "edmd"
    authors = "The dynarena developers"
    paper = "Williams, Kevrekidis & Rowley (2015), J. Nonlinear Sci. 25, 1307; van Goor et al. (2023), arXiv:2302.09977"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 60
    search = {"bumps": [200, 400, 800], "width": [0.5, 1.0, 2.0, 4.0], "delays": [1, 2, 4]}

    windows: Windows | None = None

    def __init__(
        self,
        bumps: int = 200,
        width: float = 0.5,
        delays: int = 2,
        degree: int = 0,
        rows: int = 10000,
        penalties: tuple[float, ...] = (1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4),
    ) -> None:
        self.bumps = bumps
        self.width = width
        self.delays = delays
        self.degree = degree
        self.rows = rows
        self.penalties = penalties

    def fit(self, train: Tensor, task) -> None:
        """Fit the operator on train, [trajectory, time, *state]."""
        rank = Windows(train, task, 1, most=40).coordinates.rank
        learned = Windows(train, task, max(self.delays, -(-6 // rank) if not self.degree else 1), most=40)
        self._build(learned)
        rest = learned.z[:0] if learned.held_out is learned.fitting else learned.held_out
        fitting, others = self._moments(learned, learned.fitting), self._moments(learned, rest)
        self.weights, _ = choose_ridge(
            fitting,
            others,
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
        """Advance and lift again: [batch, time, *state] -> [batch, horizon, *state]."""
        learned = fitted(self.windows, self)
        return learned.forecast(context, horizon, partial(self._increment, weights=self.weights))

    def eigenvalues(self) -> Tensor:
        """Of the whole operator K, complex, the largest in modulus first; fitted without a penalty."""
        learned = fitted(self.windows, self)
        past, increments = learned.rows(learned.z, self.rows)
        following = torch.cat([past[:, 1:], past[:, -1:] + increments[:, None]], dim=1)
        operator = torch.linalg.lstsq(self._lift(past), self._lift(following), driver="gelsd").solution
        values = torch.linalg.eigvals(operator)
        return values[values.abs().argsort(descending=True)]

    def _build(self, learned: Windows) -> None:
        size = learned.used * learned.coordinates.rank
        degree = affordable_degree(size, self.degree, 1000) if self.degree else 1
        self.monomials = Monomials(size, degree)
        points, _ = learned.rows(learned.z, 0 if self.degree else self.bumps)
        self.centres = points.flatten(1)
        apart = torch.pdist(self.centres[:200])
        self.radius = self.width * (apart.median() if len(apart) else torch.ones(())).clamp(min=1e-6).item()

    def _lift(self, recent: Tensor) -> Tensor:
        x = recent.flatten(1)
        square = x.square().sum(1, keepdim=True) + self.centres.square().sum(1) - 2 * x @ self.centres.T
        bumps = torch.exp(square.clamp(min=0) / (-2 * self.radius**2))
        return torch.cat([self.monomials(x), bumps], dim=1)

    def _moments(self, learned: Windows, z: Tensor, chunk: int = 2000) -> Moments:
        moments = Moments()
        if len(z):
            past, increments = learned.rows(z, self.rows)
            for piece, targets in zip(past.split(chunk), increments.split(chunk), strict=True):
                moments.add(self._lift(piece), targets)
        return moments

    def _increment(self, recent: Tensor, weights: Tensor) -> Tensor:
        return self._lift(recent) @ weights
