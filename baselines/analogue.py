"""What followed the nearest past."""

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.coordinates import Coordinates


class Analogue(Forecaster):
    """u[T+h] = v[s+h], where the train states v[s-k+1 … s] are nearest to the context's last k states.

    The distance is Euclidean in standardised components (the leading principal components of a field or frame). Where
    the train trajectories end before the horizon, the search is made again from the end of what was found.
    """

    name = "analogue"
    authors = "The dynarena developers"
    paper = "Lorenz (1969), J. Atmos. Sci. 26, 636"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    cpu_budget_s = 10

    def __init__(self, window: int = 4, components: int = 32) -> None:
        self.window = window
        self.components = components

    def fit(self, train: Tensor, task) -> None:
        """Keep train, [trajectory, time, *state], and the windows to compare with."""
        self.coordinates = Coordinates(train, task, most=self.components)
        self.used = min(self.window, task.context, train.shape[1] - 1)
        self.block = min(task.horizon, train.shape[1] - self.used)
        self.train = train
        z = torch.stack([self.coordinates.encode(states) for states in train])
        windows = z.unfold(1, self.used, 1)
        self.library = windows[:, : train.shape[1] - self.used - self.block + 1].flatten(2)

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Copy what followed: [batch, time, *state] -> [batch, horizon, *state]."""
        path = context[:, -self.used :]
        while path.shape[1] < self.used + horizon:
            path = torch.cat([path, self._following(path[:, -self.used :])], dim=1)
        return path[:, self.used : self.used + horizon]

    def _following(self, recent: Tensor) -> Tensor:
        """The block that followed the nearest window of train."""
        asked = self.coordinates.encode(recent).transpose(1, 2).flatten(1)
        found = [(self.library - query).square().sum(-1).argmin().item() for query in asked]
        per_trajectory = self.library.shape[1]
        blocks = []
        for index in found:
            trajectory, start = divmod(int(index), per_trajectory)
            blocks.append(self.train[trajectory, start + self.used : start + self.used + self.block])
        return torch.stack(blocks).to(recent.dtype)
