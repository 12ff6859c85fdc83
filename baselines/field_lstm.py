"""A network with long short-term memory over the principal components of a field."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.learned import Learned


class FieldLSTM(Learned):
    """h[t], c[t] = LSTM(z[t], h[t-1], c[t-1]);  z[t+1] = z[t] + s M([h[t], z[t]]), M a perceptron of one hidden layer.

    z are the `components` leading principal components of the standardised fields, each divided by its deviation in
    train; s is the root mean square step of each. The network reads the whole context before it forecasts.
    """

    name = "field_lstm"
    authors = "The dynarena developers"
    paper = "Hochreiter & Schmidhuber (1997), Neural Comput. 9, 1735; on POD: Mohan & Gaitonde (2018), arXiv:1804.09269"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    dtype = torch.float64
    cpu_budget_s = 60
    recurrent = True

    def __init__(
        self,
        units: int = 96,
        components: int = 32,
        steps: int = 700,
        batch: int = 32,
        lr: float = 6e-3,
        unroll: int = 12,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.units = units
        self.components = components

    def prepare(self, train: Tensor, task) -> None:
        """The coordinates and their deviations in train, [trajectory, time, *state]."""
        self.coordinates = Coordinates(train, task, most=self.components)
        seen = torch.cat([self.coordinates.encode(states) for states in train])
        self.spread = seen.std(0).clamp(min=1e-3 * seen.std(0).max().item() + 1e-30)

    def encode(self, states: Tensor) -> Tensor:
        """[..., *state] -> [..., rank]."""
        return self.coordinates.encode(states) / self.spread

    def decode(self, z: Tensor) -> Tensor:
        """[..., rank] -> [..., *state]."""
        return self.coordinates.decode(z * self.spread)

    def network(self, shape: torch.Size) -> nn.Module:
        """One cell over the coordinates."""
        return Cell(shape[0], self.units)


class Cell(nn.Module):
    """One step of the recurrent network."""

    def __init__(self, rank: int, units: int) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(rank, units)
        self.readout = nn.Sequential(nn.Linear(units + rank, units), nn.SiLU(), nn.Linear(units, rank))

    def forward(self, recent: Tensor, memory: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """[batch, 1, rank] and (h, c) -> [batch, rank] and the new (h, c)."""
        z = recent[:, -1]
        h, c = self.cell(z, memory)
        return self.readout(torch.cat([h, z], dim=1)), (h, c)
