"""A deep operator network that learns the next step of a field."""

from typing import Any

import torch
from torch import Tensor, nn

from dynarena.evaluation.fields import axes
from dynarena.evaluation.learned import Learned


class DeepONet(Learned):
    """u[t+1](x) = u[t](x) + s (Σ_k b_k(u[t]) τ_k(x) + c):  a branch reads the field, a trunk the place.

    b and τ are perceptrons of two hidden layers; the branch sees the values at every point of the grid, the trunk the
    cosines and sines of `waves` waves along a periodic axis, elsewhere cosines that are flat at both ends. τ and c have
    one part a channel. The sum has `rank` terms.
    """

    name = "deeponet"
    authors = "The dynarena developers"
    paper = "Lu, Jin, Pang, Zhang & Karniadakis (2021), Nat. Mach. Intell. 3, 218, arXiv:1910.03193"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 60

    def __init__(
        self,
        rank: int = 64,
        width: int = 128,
        waves: int = 6,
        steps: int = 600,
        batch: int = 32,
        lr: float = 5e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.rank = rank
        self.width = width
        self.waves = waves

    def network(self, shape: torch.Size) -> nn.Module:
        """Branch and trunk over the grid of one state."""
        channels, *space = shape
        places = coordinates(space, [axis.periodic for axis in axes(self.task)], self.waves)
        return Operator(self.seen * channels, channels, places, self.rank, self.width)


class Operator(nn.Module):
    """Branch times trunk at every point of a grid."""

    def __init__(self, inputs: int, outputs: int, places: Tensor, rank: int, width: int) -> None:
        super().__init__()
        *self.space, features = places.shape
        self.outputs = outputs
        self.register_buffer("places", places.flatten(0, -2))
        self.branch = perceptron(inputs * len(self.places), width, rank)
        self.trunk = perceptron(features, width, outputs * rank)
        self.constant = nn.Parameter(torch.zeros(outputs, 1))

    def forward(self, recent: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """[batch, k, channel, *space] -> [batch, channel, *space]; no memory."""
        basis = self.trunk(self.places).unflatten(1, (self.outputs, -1))
        weights = self.branch(recent.flatten(1))
        values = torch.einsum("bk,pck->bcp", weights, basis) / weights.shape[1] ** 0.5 + self.constant
        return values.unflatten(2, self.space), memory


def coordinates(space: list[int], periodic: list[bool], waves: int) -> Tensor:
    """What the trunk sees of each point of a grid, [*space, feature]."""
    seen = []
    for place, (points, ring) in enumerate(zip(space, periodic, strict=True)):
        shape = [points if axis == place else 1 for axis in range(len(space))]
        at = ((torch.arange(points) + 0.5) / points).reshape(shape).expand(space)
        for k in range(1, waves + 1):
            seen += (
                [torch.cos(2 * torch.pi * k * at), torch.sin(2 * torch.pi * k * at)]
                if ring
                else [torch.cos(torch.pi * k * at)]
            )
    return torch.stack(seen, dim=-1)


def perceptron(inputs: int, width: int, outputs: int) -> nn.Sequential:
    """Two hidden layers."""
    return nn.Sequential(
        nn.Linear(inputs, width), nn.GELU(), nn.Linear(width, width), nn.GELU(), nn.Linear(width, outputs)
    )
