"""Blocks that read the window at several rates and interpolate what they forecast."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.blockwise import Blockwise


class NHiTS(Blockwise):
    """x_{l+1} = x_l - I(θ_l),  z[t+h] = z[t] + s Σ_l I(φ_l)[h],  θ_l, φ_l linear in M_l(maxpool(x_l, k_l)).

    Multi-rate sampling: block l reads the window pooled over k_l states (`rates`). Hierarchical interpolation: it has a
    knot for each k_l states of window and forecast, and I draws straight lines between knots; the first block is the
    coarsest. The components are read and forecast together. The last block has no backcast, which nothing would read.
    """

    name = "n_hits"
    authors = "The dynarena developers"
    paper = "Challu et al. (2023), AAAI 37, 6989, arXiv:2201.12886"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    search = {"lr": [2e-3, 4e-3, 8e-3], "width": [64, 128, 256], "block": [4, 8, 16]}
    dtype = torch.float64
    cpu_budget_s = 180
    history = {"chaos": 12, "pde": 12, "video": 12}

    def __init__(
        self,
        block: int = 8,
        rates: tuple[int, ...] = (4, 2, 1),
        layers: int = 3,
        width: int = 128,
        steps: int = 2000,
        batch: int = 64,
        lr: float = 4e-3,
        unroll: int = 2,
    ) -> None:
        super().__init__(block=block, steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.rates = rates
        self.layers = layers
        self.width = width

    def network(self, shape: torch.Size) -> nn.Module:
        """A block for each rate, coarsest first."""
        return Hierarchy(self.seen, self.block, shape[0], sorted(self.rates, reverse=True), self.layers, self.width)


class Hierarchy(nn.Module):
    """Blocks whose backcasts are subtracted and whose forecasts are added."""

    def __init__(self, seen: int, ahead: int, rank: int, rates: list[int], layers: int, width: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            Block(seen, ahead, rank, rate, layers, width, last=place == len(rates) - 1)
            for place, rate in enumerate(rates)
        )

    def forward(self, recent: Tensor, memory: None) -> tuple[Tensor, None]:
        """[batch, seen, rank] -> [batch, ahead, rank]."""
        rest, parts = recent.transpose(1, 2), []
        for block in self.blocks:
            backcast, forecast = block(rest)
            parts.append(forecast)
            if backcast is not None:
                rest = rest - backcast
        return torch.stack(parts).sum(0).transpose(1, 2), None


class Block(nn.Module):
    """Max pooling, a perceptron, and the knots of backcast and forecast."""

    def __init__(self, seen: int, ahead: int, rank: int, rate: int, layers: int, width: int, last: bool) -> None:
        super().__init__()
        self.seen, self.ahead, self.rank = seen, ahead, rank
        self.pool = nn.MaxPool1d(rate, ceil_mode=True)
        sizes = [rank * -(-seen // rate), *[width] * layers]
        self.trunk = nn.Sequential(
            *(part for into, out in zip(sizes, sizes[1:], strict=False) for part in (nn.Linear(into, out), nn.ReLU()))
        )
        self.forecast = nn.Linear(width, rank * -(-ahead // rate))
        self.backcast = None if last else nn.Linear(width, rank * -(-seen // rate))

    def forward(self, x: Tensor) -> tuple[Tensor | None, Tensor]:
        """[batch, rank, seen] -> the same or None, and [batch, rank, ahead]."""
        h = self.trunk(self.pool(x).flatten(1))
        backcast = None if self.backcast is None else self._interpolate(self.backcast(h), self.seen)
        return backcast, self._interpolate(self.forecast(h), self.ahead)

    def _interpolate(self, knots: Tensor, length: int) -> Tensor:
        return nn.functional.interpolate(knots.unflatten(1, (self.rank, -1)), length, mode="linear")
