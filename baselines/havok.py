"""A linear model of delay coordinates, intermittently forced."""

import numpy as np
import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.windows import blocks, fitted


class HAVOK(Forecaster):
    """v[t+1] = A v[t] + B f[t],  (v, f)[t] = Uᵀ [z[t], …, z[t-k+1]]: the Hankel alternative view of Koopman.

    U holds the leading r singular vectors of the Hankel matrix of train, v the first r - 1 delay coordinates, and the
    last one, f, forces them. A and B are the least squares fit over at most `rows` pairs. The model of the paper takes
    f from measurements; a forecast has none, so it is closed by this rule: f[t] is the mean forcing of the `neighbours`
    states of train whose v are nearest to v[t], weighted by inverse square distance. z[t] is read off (v, f)[t] by
    least squares, less the error that this reading makes at the last state seen, fading over k steps. z are
    standardised components or leading principal components, within their range in train, a quarter wider either side.
    """

    name = "havok"
    authors = "The dynarena developers"
    paper = "Brunton, Brunton, Proctor, Kaiser & Kutz (2017), Nat. Commun. 8, 19"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 40
    search = {"delays": [6, 10, 20, 40], "rank": [6, 9, 12, 15], "neighbours": [4, 8]}

    coordinates: Coordinates | None = None

    def __init__(self, delays: int = 10, rank: int = 9, neighbours: int = 6, rows: int = 20000) -> None:
        self.delays = delays
        self.rank = rank
        self.neighbours = neighbours
        self.rows = rows

    def fit(self, train: Tensor, task) -> None:
        """Fit on train, [trajectory, time, *state]."""
        from scipy.spatial import KDTree

        coordinates = Coordinates(train, task, most=40)
        z = torch.stack([coordinates.encode(states) for states in train])
        self.used = max(1, min(self.delays, task.context, z.shape[1] // 2))
        past, following = blocks(z, self.used, 1, self.rows)
        here, there = past.flatten(1), torch.cat([past[:, 1:], following], dim=1).flatten(1)
        values, vectors = torch.linalg.eigh(here.T @ here)
        rank = max(2, min(max(self.rank, 2 * coordinates.rank), int((values > values[-1] * 1e-13).sum())))
        self.axes = vectors[:, -rank:].flip(1)
        here, there = here @ self.axes, there @ self.axes
        self.scale = here.std(0).clamp(min=1e-12)
        here, there = here / self.scale, there / self.scale
        self.linear = _least_squares(here, there[:, :-1])
        self.reading = _least_squares(there, following[:, 0])
        self.tree = KDTree(here[:, :-1].numpy(force=True))
        self.forcings = here[:, -1].numpy(force=True)
        self.coordinates = coordinates

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Advance, forced by what its neighbours felt: [batch, time, *state] -> [batch, horizon, *state]."""
        coordinates = fitted(self.coordinates, self)
        z = coordinates.encode(context[:, -self.used :])
        state = z.flatten(1) @ self.axes / self.scale
        mended = z[:, -1] - _affine(state) @ self.reading
        path = []
        for step in range(horizon):
            v = (_affine(state) @ self.linear).clamp(-10, 10)
            state = torch.cat([v, self._forcing(v)[:, None]], dim=1)
            path.append(_affine(state) @ self.reading + mended * max(0.0, 1 - (step + 1) / self.used))
        return coordinates.decode(coordinates.bound(torch.stack(path, dim=1))).to(context.dtype)

    def _forcing(self, v: Tensor) -> Tensor:
        count = min(self.neighbours, len(self.forcings))
        distance, place = self.tree.query(v.numpy(force=True), k=[*range(1, count + 1)])
        weight = 1 / np.maximum(distance, 1e-9) ** 2
        return torch.from_numpy((weight * self.forcings[place]).sum(1) / weight.sum(1)).to(v)


def _affine(x: Tensor) -> Tensor:
    return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)


def _least_squares(x: Tensor, y: Tensor) -> Tensor:
    return torch.linalg.lstsq(_affine(x), y, driver="gelsd").solution
