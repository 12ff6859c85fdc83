"""A convolutional LSTM: a memory in every place of a field or a frame."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned


class ConvLSTM(Learned):
    """c = f c + i tanh(g),  h = o tanh(c),  (i, f, o, g) = K * [u[t], h];  u[t+1] = u[t] + s R([h, u[t]]).

    i, f and o pass through a sigmoid, * is a convolution, and R is two of them. The network reads the context, then
    goes on from its own predictions. `kernels` are the widths of the convolutions over one axis and over two. One code
    for fields of one and two axes and for frames: fields wrap around, frames repeat their border.
    """

    name = "convlstm"
    authors = "The dynarena developers"
    paper = "Shi et al. (2015), Convolutional LSTM Network, NeurIPS"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    accepts = {"kinds": ["pde", "video"], "max_axes": 2}
    cpu_budget_s = 60
    recurrent = True
    history = {"pde": 1, "video": 1}

    def __init__(
        self,
        width: int = 24,
        kernels: tuple[int, int] = (9, 5),
        steps: int = 180,
        batch: int = 8,
        lr: float = 5e-3,
        unroll: int = 6,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.width = width
        self.kernels = kernels

    def network(self, shape: torch.Size) -> nn.Module:
        """One cell over the axes of one state."""
        channels, *space = shape
        padding = "circular" if self.task.kind == "pde" else "replicate"
        return Cell(channels, self.width, self.kernels[len(space) - 1], len(space), padding)


class Cell(nn.Module):
    """One step of the convolutional LSTM."""

    def __init__(self, channels: int, width: int, kernel: int, axes: int, padding: str) -> None:
        super().__init__()
        conv = nn.Conv1d if axes == 1 else nn.Conv2d
        self.width = width
        self.look = conv(channels, width, kernel, padding="same", padding_mode=padding)
        self.gates = conv(2 * width, 4 * width, kernel, padding="same", padding_mode=padding)
        self.readout = nn.Sequential(
            conv(channels + width, width, kernel, padding="same", padding_mode=padding),
            nn.GELU(),
            conv(width, channels, kernel, padding="same", padding_mode=padding),
        )

    def forward(self, recent: Tensor, memory: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """[batch, 1, channel, *space] and (h, c) -> [batch, channel, *space] and the new (h, c)."""
        u = recent[:, -1]
        empty = u.new_zeros(len(u), self.width, *u.shape[2:])
        h, c = memory if memory is not None else (empty, empty)
        i, f, o, g = self.gates(torch.cat([nn.functional.gelu(self.look(u)), h], dim=1)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return self.readout(torch.cat([h, u], dim=1)), (h, c)
