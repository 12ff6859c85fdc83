"""A linear model of delay coordinates, intermittently forced, with the forcing closed."""

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.monomials import Monomials, affordable_degree
from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error
from dynarena.evaluation.windows import Windows, blocks, fitted


class HAVOK(Forecaster):
    """v[t+1] = A v[t] + B f[t] + C f[t+1],  (v, f)[t] = Uᵀ [z[t], …, z[t-k+1]]: the Hankel alternative view of Koopman.

    U holds the leading r singular vectors of the Hankel matrix of train. The last of these coordinates, f, force the
    others, v: one for each component of z, as there was one for one in the paper. A, B and C are least squares (B and C
    hold the forcing linear within a step). The paper takes f from measurements, and a forecast has none, so it is
    closed: f[t+1] = f[t] + G [every monomial of (v, f)[t]], by ridge regression with the penalty, and r that of
    `ranks`, which have the best free runs on held-out train trajectories. v moves linearly; all that is nonlinear is in
    the forcing. z are standardised components or leading principal components; (v, f) and z stay within their range in
    train, a quarter wider on either side.
    """

    name = "havok"
    authors = "The dynarena developers"
    paper = "Brunton, Brunton, Proctor, Kaiser & Kutz (2017), Nat. Commun. 8, 19"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 60
    search = {"delays": [3, 5, 10, 20], "degree": [2, 3, 4], "features": [400, 1400]}

    windows: Windows | None = None

    def __init__(
        self,
        delays: int = 5,
        ranks: tuple[int, ...] = (2, 3, 4, 5),
        degree: int = 4,
        features: int = 1400,
        rows: int = 8000,
        penalties: tuple[float, ...] = (1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4),
    ) -> None:
        self.delays = delays
        self.ranks = ranks
        self.degree = degree
        self.features = features
        self.rows = rows
        self.penalties = penalties

    def fit(self, train: Tensor, task) -> None:
        """Fit on train, [trajectory, time, *state]."""
        rank = Windows(train, task, 1, most=40).coordinates.rank
        self.windows = Windows(train, task, max(self.delays, -(-10 // rank)), most=40)
        best = (float("inf"), 0)
        for multiple in self.ranks:
            best = min(best, (self._fit(multiple * rank), multiple))
        self._fit(best[1] * rank)

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Advance, forced by the closure: [batch, time, *state] -> [batch, horizon, *state]."""
        learned = fitted(self.windows, self)
        z = learned.coordinates.encode(context[:, -learned.used :])
        return learned.coordinates.decode(self._run(z, horizon, self.closure)).to(context.dtype)

    def _fit(self, rank: int) -> float:
        """Every part of the model with `rank` coordinates, and the error of its free runs."""
        learned = fitted(self.windows, self)
        here, there, following = self._pairs(learned.z)
        values, vectors = torch.linalg.eigh(here.T @ here)
        rank = min(rank, int((values > values[-1] * 1e-15).sum()))
        self.axes = vectors[:, -rank:].flip(1)
        self.axes = self.axes / (here @ self.axes).std(0).clamp(min=1e-12)
        now, after = here @ self.axes, there @ self.axes
        margin = (now.amax(0) - now.amin(0)) / 4
        self.low, self.high = now.amin(0) - margin, now.amax(0) + margin
        self.forced = max(1, rank - learned.coordinates.rank)
        force = after[:, self.forced :]
        self.linear = _least_squares(torch.cat([now, force], dim=1), after[:, : self.forced])
        self.reading = _least_squares(after, following)
        self.dictionary = Monomials(rank, affordable_degree(rank, self.degree, self.features))
        rest = learned.z[:0] if learned.held_out is learned.fitting else learned.held_out
        self.closure, error = choose_ridge(
            self._moments(learned.fitting),
            self._moments(rest),
            self.penalties,
            lambda closure: free_run_error(
                lambda context, ahead: self._run(context, ahead, closure), learned.held_out, learned.used, learned.ahead
            ),
        )
        return error

    def _pairs(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Hankel rows, the rows a step later, and the state that those end with."""
        past, following = blocks(z, fitted(self.windows, self).used, 1, self.rows)
        return past.flatten(1), torch.cat([past[:, 1:], following], dim=1).flatten(1), following[:, 0]

    def _moments(self, z: Tensor, chunk: int = 2000) -> Moments:
        moments = Moments()
        if len(z):
            here, there, _ = self._pairs(z)
            now, after = here @ self.axes, there @ self.axes
            for piece, moved in zip(now.split(chunk), (after - now)[:, self.forced :].split(chunk), strict=True):
                moments.add(self.dictionary(piece), moved)
        return moments

    def _run(self, z: Tensor, horizon: int, closure: Tensor) -> Tensor:
        """Free run after z [batch, time, rank] under G: [batch, horizon, rank]."""
        learned = fitted(self.windows, self)
        state, path = z[:, -learned.used :].flatten(1) @ self.axes, []
        for _ in range(horizon):
            force = state[:, self.forced :] + self.dictionary(state) @ closure
            v = _affine(torch.cat([state, force], dim=1)) @ self.linear
            state = torch.minimum(torch.maximum(torch.cat([v, force], dim=1), self.low), self.high)
            path.append(_affine(state) @ self.reading)
        return learned.coordinates.bound(torch.stack(path, dim=1))


def _affine(x: Tensor) -> Tensor:
    return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)


def _least_squares(x: Tensor, y: Tensor) -> Tensor:
    return torch.linalg.lstsq(_affine(x), y, driver="gelsd").solution
