"""The best linear map from the context to the next state."""

from functools import partial

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error


class LinearMap(Forecaster):
    """z[t+1] = z[t] + W [z[t], z[t-1], …, z[t-k+1], 1], fitted by ridge regression and rolled out.

    z are standardised components, or the leading principal components of a field or frame. The delays k are as many as
    the context offers, at most `delays`. The ridge penalty is the one of `penalties` whose free run is best on held-out
    train trajectories. Each step is clamped to the range of z in train, a quarter wider on either side.
    """

    name = "linear_map"
    authors = "The dynarena developers"
    paper = "Schmid (2010), J. Fluid Mech. 656, 5; Arbabi & Mezic (2017), SIAM J. Appl. Dyn. Syst. 16, 2096"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    cpu_budget_s = 15

    def __init__(
        self, delays: int = 20, components: int = 64, penalties: tuple[float, ...] = (1e-10, 1e-7, 1e-4, 1e-2, 1.0)
    ) -> None:
        self.delays = delays
        self.components = components
        self.penalties = penalties

    def fit(self, train: Tensor, task) -> None:
        """Fit on train, [trajectory, time, *state]."""
        self.coordinates = Coordinates(train, task, most=self.components)
        self.used = min(self.delays, task.context, train.shape[1] - 1)
        z = torch.stack([self.coordinates.encode(states) for states in train])
        kept = max(1, len(z) * 4 // 5)
        held_out = z[kept:] if len(z) > 1 else z
        ahead = min(task.horizon, z.shape[1] - self.used)
        self.weights, _ = choose_ridge(
            self._moments(z[:kept]),
            self._moments(z[kept:]),
            self.penalties,
            lambda weights: free_run_error(partial(self._roll, weights=weights), held_out, self.used, ahead),
        )

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Roll the map out: [batch, time, *state] -> [batch, horizon, *state]."""
        recent = self.coordinates.encode(context[:, -self.used :])
        return self.coordinates.decode(self._roll(recent, horizon, self.weights)).to(context.dtype)

    def _moments(self, z: Tensor) -> Moments:
        moments = Moments()
        if len(z):
            windows = z.unfold(1, self.used, 1)[:, :-1].transpose(2, 3)
            moments.add(self._features(windows), z[:, self.used :] - z[:, self.used - 1 : -1])
        return moments

    def _features(self, windows: Tensor) -> Tensor:
        """[..., k, rank] -> [..., k rank + 1]."""
        flat = windows.flatten(-2)
        return torch.cat([flat, torch.ones_like(flat[..., :1])], dim=-1)

    def _roll(self, recent: Tensor, horizon: int, weights: Tensor) -> Tensor:
        path = []
        for _ in range(horizon):
            following = self.coordinates.bound(recent[:, -1] + self._features(recent) @ weights)
            recent = torch.cat([recent[:, 1:], following[:, None]], dim=1)
            path.append(following)
        return torch.stack(path, dim=1)
