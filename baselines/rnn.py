"""A plain recurrent network that reads the context and goes on by itself."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned


class RNN(Learned):
    """h[t] = tanh(W z[t] + U h[t-1] + b);  z[t+1] = z[t] + s M([h[t], z[t]]), M a perceptron of one hidden layer.

    z are standardised components; s is the root mean square step of train.
    """

    name = "rnn"
    authors = "The dynarena developers"
    paper = "Elman (1990), Cogn. Sci. 14, 179"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    search = {"lr": [2e-3, 5e-3, 1e-2], "units": [32, 64, 128], "unroll": [4, 16]}
    dtype = torch.float64
    cpu_budget_s = 120
    recurrent = True

    def __init__(self, units: int = 128, steps: int = 600, batch: int = 64, lr: float = 0.01, unroll: int = 16) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.units = units

    def network(self, shape: torch.Size) -> nn.Module:
        """One cell over the components."""
        return Cell(shape[0], self.units)


class Cell(nn.Module):
    """One step of the recurrent network."""

    def __init__(self, rank: int, units: int) -> None:
        super().__init__()
        self.cell = nn.RNNCell(rank, units)
        self.readout = nn.Sequential(nn.Linear(units + rank, units), nn.SiLU(), nn.Linear(units, rank))

    def forward(self, recent: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """[batch, 1, rank] and h -> [batch, rank] and the new h."""
        z = recent[:, -1]
        h = self.cell(z, memory)
        return self.readout(torch.cat([h, z], dim=1)), h
