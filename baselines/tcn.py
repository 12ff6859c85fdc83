"""Dilated causal convolutions over the last states."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned


class TCN(Learned):
    """z[t+1] = z[t] + s W x_L[t],  x_{l+1}[t] = x_l[t] + M_l(sum_j K_lj x_l[t - j 2^l]),  x_0 a linear map of z.

    Each layer doubles the dilation of its causal kernel, so that L layers of three taps see 2^(L+1) - 1 states.
    """

    name = "tcn"
    authors = "The dynarena developers"
    paper = "Bai, Kolter & Koltun (2018), arXiv:1803.01271"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    search = {"lr": [2e-3, 5e-3, 1e-2], "width": [32, 64], "unroll": [4, 16]}
    dtype = torch.float64
    cpu_budget_s = 120
    history = {"chaos": 15, "pde": 15, "video": 15}

    def __init__(
        self,
        width: int = 32,
        layers: int = 3,
        steps: int = 1000,
        batch: int = 64,
        lr: float = 0.005,
        unroll: int = 16,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.width = width
        self.layers = layers

    def network(self, shape: torch.Size) -> nn.Module:
        """A stack of causal layers over the components."""
        return Stack(shape[0], self.width, self.layers)


class Stack(nn.Module):
    """Residual causal layers; the newest position is read out."""

    def __init__(self, rank: int, width: int, layers: int) -> None:
        super().__init__()
        self.lift = nn.Linear(rank, width)
        self.layers = nn.ModuleList(Causal(width, 2**layer) for layer in range(layers))
        self.readout = nn.Linear(width + rank, rank)

    def forward(self, recent: Tensor, memory: None) -> tuple[Tensor, None]:
        """[batch, time, rank] -> [batch, rank]."""
        x = self.lift(recent)
        for layer in self.layers:
            x = layer(x)
        return self.readout(torch.cat([x[:, -1], recent[:, -1]], dim=1)), None


class Causal(nn.Module):
    """x[t] + M(sum_j K_j x[t - j dilation]), j = 0, 1, 2; what lies before the window is zero."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.kernel = nn.Linear(3 * width, width)
        self.mix = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, time, width] -> the same."""
        taps = [
            nn.functional.pad(x, (0, 0, back, 0))[:, : x.shape[1]] for back in (0, self.dilation, 2 * self.dilation)
        ]
        mixed: Tensor = self.mix(nn.functional.silu(self.kernel(torch.cat(taps, dim=2))))
        return x + mixed
