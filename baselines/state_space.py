"""A selective state-space model that reads the context and goes on by itself."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned


class StateSpace(Learned):
    """h[t] = exp(d[t] A) h[t-1] + d[t] B[t] x[t],  y[t] = C[t] h[t] + D x[t];  z[t+1] = z[t] + s W [y[t], z[t]].

    Each channel of x has `states` linear memories with decay rates A < 0; the step d, the input B and the output C
    depend on x[t], which makes the scan selective. y is gated by silu of a second map of the input; `layers` of them
    are stacked with residuals. The scan is run step by step: a forecast carries h, not the past.
    """

    name = "state_space"
    authors = "The dynarena developers"
    paper = "Gu & Dao (2023), arXiv:2312.00752"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    search = {"lr": [2e-3, 5e-3, 1e-2], "width": [32, 64], "unroll": [4, 8]}
    dtype = torch.float64
    cpu_budget_s = 180
    recurrent = True

    def __init__(
        self,
        width: int = 64,
        states: int = 8,
        layers: int = 2,
        steps: int = 400,
        batch: int = 64,
        lr: float = 0.01,
        unroll: int = 8,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.width = width
        self.states = states
        self.layers = layers

    def network(self, shape: torch.Size) -> nn.Module:
        """Selective layers over the components."""
        return Stack(shape[0], self.width, self.states, self.layers)


class Stack(nn.Module):
    """Residual selective layers and a readout."""

    def __init__(self, rank: int, width: int, states: int, layers: int) -> None:
        super().__init__()
        self.lift = nn.Linear(rank, width)
        self.layers = nn.ModuleList(Selective(width, states) for _ in range(layers))
        self.readout = nn.Sequential(nn.Linear(width + rank, 2 * width), nn.SiLU(), nn.Linear(2 * width, rank))

    def forward(self, recent: Tensor, memory: list[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        """[batch, 1, rank] and the layers' memories -> [batch, rank] and the new memories."""
        z = recent[:, -1]
        x, kept = self.lift(z), []
        for place, layer in enumerate(self.layers):
            y, h = layer(x, memory[place] if memory else None)
            x = x + y
            kept.append(h)
        return self.readout(torch.cat([x, z], dim=1)), kept


class Selective(nn.Module):
    """One step of a selective scan; A starts at -1, -2, …, the step d between 0.001 and 0.1."""

    def __init__(self, width: int, states: int) -> None:
        super().__init__()
        self.states = states
        self.norm = nn.LayerNorm(width)
        self.enter, self.leave = nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.select = nn.Linear(width, width + 2 * states)
        self.log_rate = nn.Parameter(torch.arange(1.0, states + 1).log().repeat(width, 1))
        self.skip = nn.Parameter(torch.ones(width))
        step = torch.logspace(-3, -1, width)
        with torch.no_grad():
            self.select.bias[:width] = step.expm1().log()

    def forward(self, u: Tensor, h: Tensor | None) -> tuple[Tensor, Tensor]:
        """u [batch, width] and h [batch, width, states] -> y [batch, width] and the new h."""
        x, gate = self.enter(self.norm(u)).chunk(2, dim=-1)
        x = nn.functional.silu(x)
        step, into, out = self.select(x).split([x.shape[1], self.states, self.states], dim=-1)
        step = nn.functional.softplus(step)
        fed = (step * x)[..., None] * into[:, None]
        h = fed if h is None else (-step[..., None] * self.log_rate.exp()).exp() * h + fed
        y = (h * out[:, None]).sum(-1) + self.skip * x
        return self.leave(y * nn.functional.silu(gate)), h
