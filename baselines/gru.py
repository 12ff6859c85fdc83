"""A gated recurrent network that reads the context and goes on by itself."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.learned import Learned


class GRU(Learned):
    """h[t] = GRU(z[t], h[t-1]);  z[t+1] = z[t] + s M([h[t], z[t]]), M a perceptron of one hidden layer.

    z are standardised components, or the leading principal components of a field or frame.
    """

    name = "gru"
    authors = "The dynarena developers"
    paper = "Cho et al. (2014), EMNLP; for chaos: Vlachas et al. (2020), Neural Networks 126, 191"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 60
    recurrent = True
    history = {"chaos": 1, "pde": 1, "video": 1}

    def __init__(
        self,
        units: int = 64,
        components: int = 32,
        steps: int = 600,
        batch: int = 32,
        lr: float = 5e-3,
        unroll: int = 16,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.units = units
        self.components = components

    def prepare(self, train: Tensor, task) -> None:
        """Choose the coordinates."""
        self.coordinates = Coordinates(train, task, most=self.components)

    def encode(self, states: Tensor) -> Tensor:
        """[..., *state] -> [..., rank]."""
        return self.coordinates.encode(states)

    def decode(self, z: Tensor) -> Tensor:
        """[..., rank] -> [..., *state]."""
        return self.coordinates.decode(z)

    def network(self, shape: torch.Size) -> nn.Module:
        """One cell over the coordinates."""
        return Cell(shape[0], self.units)


class Cell(nn.Module):
    """One step of the recurrent network."""

    def __init__(self, rank: int, units: int) -> None:
        super().__init__()
        self.cell = nn.GRUCell(rank, units)
        self.readout = nn.Sequential(nn.Linear(units + rank, units), nn.SiLU(), nn.Linear(units, rank))

    def forward(self, recent: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """[batch, 1, rank] and h -> [batch, rank] and the new h."""
        z = recent[:, -1]
        h = self.cell(z, memory)
        return self.readout(torch.cat([h, z], dim=1)), h
